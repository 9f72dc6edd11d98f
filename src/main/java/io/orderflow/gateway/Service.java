package io.orderflow.gateway;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import java.util.concurrent.CompletionStage;

/** Whatever stands behind a service's name. */
interface Service {

  /**
   * Hands the request on; the stage fails when no answer can be had.
   *
   * @param request with the headers that the service is to see
   */
  CompletionStage<HttpResponse> call(HttpRequest request, RequestTarget target);
}
