package io.orderflow.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

class OrderFlowOnH2Spec extends OrderFlow {

  @Override
  Config database() {
    return ConfigFactory.empty();
  }
}
