package io.orderflow.logging;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.orderflow.kernel.SafeText;

/** A log event's message on one line. */
public final class SafeMessage extends MessageConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return SafeText.masked(super.convert(event));
  }
}
