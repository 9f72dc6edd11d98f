package io.orderflow.logging;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.orderflow.kernel.SafeText;

/** Writes a log event's message on one line, without control characters. */
public final class SafeMessage extends MessageConverter {

  @Override
  public String convert(ILoggingEvent event) {
    return SafeText.masked(super.convert(event));
  }
}
