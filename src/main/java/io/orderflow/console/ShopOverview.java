package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.payment.PaymentQueueStatus;
import io.orderflow.projection.ProjectionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How the shop does, over all nodes.
 *
 * @param well whether nothing needs attention
 * @param concerns what needs attention, the worst first
 * @param orders all orders by status
 * @param perSecond the orders placed in the last seconds by their status now, for each second
 * @param toConfirmed the time from placement to confirmation of the latest orders; null if none was confirmed lately
 * @param sagas the sagas under way, and those that wait for an operator, by where they are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ShopOverview(Instant at, boolean well, List<Concern> concerns, Map<String, Long> orders, Map<String, Double> perSecond, Latency toConfirmed,
    List<OverviewQueries.Group> sagas, Queue queue, List<ProjectionStatus> projections, List<NodeView> nodes) {

  /**
   * Something that needs attention.
   *
   * @param severity bad if somebody must act, warn if it may pass by itself
   * @param page the console's page about it
   */
  record Concern(String severity, String text, String page) {}

  record Latency(long p50Millis, long p99Millis, int orders) {}

  /** The queue for the payment provider. @param emptyAt when it is empty if it goes on as in the last minute; null if it does not get shorter */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Queue(PaymentQueueStatus now, Instant emptyAt) {}
}
