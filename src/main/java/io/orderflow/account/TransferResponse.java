package io.orderflow.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaStatus;
import java.time.Instant;

/** A transfer as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TransferResponse(String transferId, Status status, String from, String to, String amount, String currency, String reason,
    String detail, Instant createdAt) {

  /** How far a transfer is. */
  enum Status { PENDING, COMPLETED, FAILED }

  static TransferResponse of(String id, Transfer transfer, SagaState progress) {
    Status status = progress.state().isActive() ? Status.PENDING
        : progress.state() == SagaStatus.COMPLETED ? Status.COMPLETED : Status.FAILED;
    return new TransferResponse(id, status, transfer.from(), transfer.to(), transfer.amount().amount(), transfer.amount().currency(),
        progress.failure() == null ? null : progress.failure().code(),
        progress.failure() == null ? null : progress.failure().detail(), progress.startedAt());
  }
}
