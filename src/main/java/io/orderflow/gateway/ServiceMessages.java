package io.orderflow.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpProtocols;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawRequestURI;
import io.orderflow.http.wire.Octets;
import io.orderflow.http.wire.WireHeaders;
import io.orderflow.http.wire.WireHeaders.Verbatim;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts messages to and from services. Preserves the values that Akka HTTP's model would change: media type, reason phrase, and the length of a
 * body that isn't sent.
 */
final class ServiceMessages {

  private ServiceMessages() {}

  /**
   * The request as sent to a service.
   *
   * @throws IllegalArgumentException when a character could be read as the end of a line or of the target
   */
  static HttpRequest toService(HttpRequest request, String target) {
    if (!Octets.isVisibleAscii(target)) {
      throw new IllegalArgumentException("the target contains a character that is not visible ASCII");
    }
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(RawRequestURI.create(target));
    copy(request.getHeaders(), headers);
    WireHeaders.contentType(request).ifPresent(type -> headers.add(new Verbatim("Content-Type", type)));
    WireHeaders.checkWritable(headers.subList(1, headers.size()));
    return request.withUri("/").withProtocol(HttpProtocols.HTTP_1_1).withHeaders(headers)
        .withEntity((RequestEntity) WireHeaders.withoutType(request.entity()));
  }

  /** The service's response, before {@link Forwarding} removes its hop-by-hop headers. */
  static HttpResponse fromService(HttpResponse answer, HttpMethod method) {
    List<HttpHeader> headers = new ArrayList<>();
    copy(answer.getHeaders(), headers);
    WireHeaders.contentType(answer).ifPresent(type -> headers.add(new Verbatim("Content-Type", type)));
    WireHeaders.bodilessLength(answer).filter(length -> answer.status().intValue() == 304)
        .ifPresent(length -> headers.add(new Verbatim("Content-Length", length)));
    return withReason(answer, WireHeaders.reason(answer)).withHeaders(headers).withEntity(entity(answer, method));
  }

  private static void copy(Iterable<HttpHeader> from, List<HttpHeader> to) {
    for (HttpHeader header : from) {
      if (!WireHeaders.isInternal(header.lowercaseName())) {
        to.add(header);
      }
    }
  }

  private static HttpResponse withReason(HttpResponse answer, Optional<String> reason) {
    return reason.map(text -> answer.withStatus(StatusCodes.custom(answer.status().intValue(), text, "", answer.status().isSuccess(),
        answer.status().allowsEntity()))).orElse(answer);
  }

  private static ResponseEntity entity(HttpResponse answer, HttpMethod method) {
    boolean unknownLength = method.equals(HttpMethods.HEAD) && answer.status().allowsEntity() && WireHeaders.bodilessLength(answer).isEmpty();
    // An empty entity would be sent with a length of 0, which a GET might not have.
    return unknownLength ? WireHeaders.unsaid() : (ResponseEntity) WireHeaders.withoutType(answer.entity());
  }
}
