package io.orderflow.payment;

import akka.serialization.jackson.JacksonMigration;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads payments' events as they were stored before payments could wait: inside {@link Payment}, without the key that the source of the
 * money knows the payment by and without a time since when it had waited. What they lack is null, which is what it meant.
 */
public final class FirstPaymentEvents extends JacksonMigration {

  private static final int MOVED = 2;

  @Override
  public int currentVersion() {
    return MOVED;
  }

  @Override
  public String transformClassName(int fromVersion, String className) {
    return className.replace("Payment$", "PaymentEvent$");
  }

  @Override
  public JsonNode transform(int fromVersion, JsonNode event) {
    return event;
  }
}
