package io.orderflow.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

class CartFlowOnH2Spec extends CartFlow {

  @Override
  Config database() {
    return ConfigFactory.empty();
  }
}
