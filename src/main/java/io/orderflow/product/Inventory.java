package io.orderflow.product;

import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Reserves, releases and ships stock of several products for a saga. Idempotent by the saga's id. */
public final class Inventory {

  /** The part of a saga's input that lists the items to reserve. */
  public interface ReservationRequest {
    /** At most one item for each product. */
    List<Item> reservedItems();
  }

  /**
   * A quantity of one product.
   *
   * @param quantity 1 or more
   * @param unitPrice the price shown to the customer
   */
  public record Item(String sku, int quantity, Money unitPrice) {}

  private final ProductService products;

  public Inventory(ProductService products) {
    this.products = products;
  }

  /**
   * Reserves all items, or is rejected with UNKNOWN_PRODUCT, PRICE_CHANGED or OUT_OF_STOCK, of the first item that was rejected. Asks all
   * products concurrently. After a rejection, the reservations that succeeded stay until {@link #release}: the saga calls it when no
   * further attempt to reserve can be under way.
   */
  public CompletionStage<StepResult> reserve(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Reserve(call.sagaId(), item.quantity(), item.unitPrice(), call.validUntil()))
        .thenApply(answers -> reserved(answers));
  }

  /** Releases the reservations, and bars reservations that arrive late. */
  public CompletionStage<StepResult> release(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Release(call.sagaId())).thenApply(answers -> {
      answers.forEach(Answer::orThrow);
      return StepResult.done();
    });
  }

  /** Removes the reserved pieces from stock for good. */
  public CompletionStage<StepResult> ship(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Ship(call.sagaId())).thenApply(answers -> {
      // Open reservations are never forgotten. So a reservation of this saga that is no longer open was shipped by an earlier call.
      answers.stream().filter(answer -> !answer.isRejectedWith("NOT_RESERVED")).forEach(Answer::orThrow);
      return StepResult.done();
    });
  }

  private static StepResult reserved(List<Answer> answers) {
    Optional<Rejection> first = answers.stream().flatMap(answer -> answer.rejection().stream()).findFirst();
    if (first.isEmpty()) {
      answers.forEach(Answer::orThrow);
      return StepResult.done();
    }
    boolean partly = answers.stream().anyMatch(answer -> answer.rejection().isEmpty());
    return new StepResult.Refused(first.get().code(), first.get().detail(), partly);
  }

  /**
   * The reply of one product.
   *
   * @param failure null if the command was accepted
   */
  private record Answer(Throwable failure) {

    static Answer of(CompletableFuture<Product.Reply> asked) {
      try {
        asked.join();
        return new Answer(null);
      } catch (CompletionException failed) {
        return new Answer(failed.getCause());
      }
    }

    /** The business rejection. Empty if the command was accepted, its outcome is unknown, or a retry may succeed. */
    Optional<Rejection> rejection() {
      return Optional.ofNullable(failure).flatMap(Rejection::in).filter(rejection -> rejection.kind() != Rejection.Kind.UNAVAILABLE);
    }

    boolean isRejectedWith(String code) {
      return rejection().filter(rejection -> rejection.code().equals(code)).isPresent();
    }

    void orThrow() {
      if (failure != null) {
        throw new CompletionException(failure);
      }
    }
  }

  /** Asks the product of each item. Completes with the answers in the order of the items once all have arrived. */
  private CompletionStage<List<Answer>> eachProduct(StepCall<? extends ReservationRequest> call,
      Function<Item, Product.Command> command) {
    List<CompletableFuture<Product.Reply>> asked = new ArrayList<>();
    for (Item item : call.input().reservedItems()) {
      asked.add(products.ask(item.sku(), command.apply(item)).toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .handle((all, oneFailed) -> asked.stream().map(Answer::of).toList());
  }
}
