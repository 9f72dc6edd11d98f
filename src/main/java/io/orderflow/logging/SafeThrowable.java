package io.orderflow.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import io.orderflow.kernel.SafeText;

/** Writes a log event's stack trace. Each message in it stays on one line. */
public final class SafeThrowable extends ThrowableProxyConverter {

  @Override
  protected String throwableProxyToString(IThrowableProxy throwable) {
    return super.throwableProxyToString(new Safe(throwable));
  }

  private record Safe(IThrowableProxy real) implements IThrowableProxy {

    private static IThrowableProxy of(IThrowableProxy real) {
      return real == null ? null : new Safe(real);
    }

    @Override
    public String getMessage() {
      return SafeText.masked(real.getMessage());
    }

    @Override
    public String getOverridingMessage() {
      return SafeText.masked(real.getOverridingMessage());
    }

    @Override
    public String getClassName() {
      return real.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
      return real.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
      return real.getCommonFrames();
    }

    @Override
    public IThrowableProxy getCause() {
      return of(real.getCause());
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
      IThrowableProxy[] suppressed = real.getSuppressed();
      IThrowableProxy[] safe = new IThrowableProxy[suppressed.length];
      for (int i = 0; i < safe.length; i++) {
        safe[i] = of(suppressed[i]);
      }
      return safe;
    }

    @Override
    public boolean isCyclic() {
      return real.isCyclic();
    }
  }
}
