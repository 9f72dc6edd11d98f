package io.orderflow.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaStatus;
import java.time.Instant;

/** The JSON of a transfer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TransferResponse(String transferId, Status status, String from, String to, String amount, String currency, String reason,
    String detail, Instant createdAt) {

  enum Status { PENDING, COMPLETED, FAILED }

  static TransferResponse of(String id, Transfer transfer, SagaState saga) {
    Status status = saga.state().isActive() ? Status.PENDING
        : saga.state() == SagaStatus.COMPLETED ? Status.COMPLETED : Status.FAILED;
    return new TransferResponse(id, status, transfer.from(), transfer.to(), transfer.amount().amount(), transfer.amount().currency(),
        saga.failure() == null ? null : saga.failure().code(),
        saga.failure() == null ? null : saga.failure().detail(), saga.startedAt());
  }
}
