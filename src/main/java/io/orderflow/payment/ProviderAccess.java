package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import com.typesafe.config.Config;
import io.orderflow.http.tls.Tls;
import io.orderflow.kernel.Secret;
import io.orderflow.kernel.StartRefused;
import io.orderflow.kernel.WatchedFiles;
import io.orderflow.security.SecuritySettings;

/** The payment provider's URL and the credential for it. */
final class ProviderAccess {

  private ProviderAccess() {}

  /**
   * The provider's URL, or the simulator's at its port on this machine.
   *
   * @param config the whole configuration
   * @throws StartRefused if tokens of cards would cross the network unencrypted without the operator having said so
   */
  static String url(Config config) {
    String url = config.getString("orderflow.payment.url");
    if (url.isEmpty()) {
      String bind = config.getString("orderflow.bind");
      return (Tls.isOn(config) ? "https://" : "http://") + (bind.indexOf(':') < 0 ? bind : "[" + bind + "]") + ":" + config.getInt("orderflow.provider.port");
    }
    boolean encrypted = url.startsWith("https:") || SecuritySettings.isLocalUrl(url);
    if (!encrypted && !config.getString("orderflow.security.mode").equals("off")) {
      throw new StartRefused("ORDERFLOW_PAYMENT_URL must begin with https unless the provider is on this machine, and " + url
          + " does not: use https, or set ORDERFLOW_SECURITY_MODE=off to give up all protection.");
    }
    return url;
  }

  /**
   * The value of {@code Authorization} for calls to the provider; empty for none.
   *
   * @param payment {@code orderflow.payment}
   * @throws StartRefused if its file can't be read
   */
  static Secret authorization(Config payment) {
    return Secret.of("ORDERFLOW_PAYMENT_AUTHORIZATION", "", payment.getString("authorization-file"));
  }

  /** Has a credential in a file read again when it has changed. */
  static void follow(ActorSystem<?> system, Secret authorization) {
    if (authorization.isInFile()) {
      system.scheduler().scheduleWithFixedDelay(WatchedFiles.INTERVAL, WatchedFiles.INTERVAL, authorization::refresh,
          system.dispatchers().lookup(DispatcherSelector.blocking()));
    }
  }

  /**
   * For encrypted calls. The simulator of this node proves itself as nodes do, any other provider with a certificate for its host.
   *
   * @param payment {@code orderflow.payment}
   */
  static HttpsConnectionContext context(ActorSystem<?> system, Config payment) {
    Tls tls = Tls.of(system.classicSystem());
    return payment.getString("url").isEmpty() ? tls.nodeContext() : tls.outsideContext();
  }

  static HttpRequest authorized(HttpRequest request, Secret authorization) {
    String value = authorization.get();
    return value.isEmpty() ? request : request.addHeader(RawHeader.create("Authorization", value));
  }
}
