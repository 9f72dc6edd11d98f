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

/** Reserves, releases and ships what a saga wants of several products. Each of them is idempotent by the saga's id. */
public final class Inventory {

  /** What a saga must tell to have stock reserved. */
  public interface ReservationRequest {
    /** Each product once. */
    List<Item> reservedItems();
  }

  /**
   * Some pieces of one product.
   *
   * @param quantity 1 or more
   * @param unitPrice what the customer was shown
   */
  public record Item(String sku, int quantity, Money unitPrice) {}

  private final ProductService products;

  public Inventory(ProductService products) {
    this.products = products;
  }

  /**
   * Reserves all items or is refused with UNKNOWN_PRODUCT, PRICE_CHANGED or OUT_OF_STOCK, of the first item that was refused. All
   * products are asked at once and none waits for another. What some of them granted is not given back here but by {@link #release}:
   * the saga calls it when no further attempt to reserve can be under way.
   */
  public CompletionStage<StepResult> reserve(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Reserve(call.sagaId(), item.quantity(), item.unitPrice(), call.validUntil()))
        .thenApply(answers -> reserved(answers));
  }

  /** Gives back what was reserved, and makes sure that a reservation that comes late takes nothing. */
  public CompletionStage<StepResult> release(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Release(call.sagaId())).thenApply(answers -> {
      answers.forEach(Answer::orThrow);
      return StepResult.done();
    });
  }

  /** Lets what was reserved leave for good. */
  public CompletionStage<StepResult> ship(StepCall<? extends ReservationRequest> call) {
    return eachProduct(call, item -> new Product.Ship(call.sagaId())).thenApply(answers -> {
      // Open reservations are never forgotten: what this saga has reserved and is no longer open was shipped by an earlier call.
      answers.stream().filter(answer -> !answer.isRefusedWith("NOT_RESERVED")).forEach(Answer::orThrow);
      return StepResult.done();
    });
  }

  private static StepResult reserved(List<Answer> answers) {
    Optional<Rejection> first = answers.stream().flatMap(answer -> answer.no().stream()).findFirst();
    if (first.isEmpty()) {
      answers.forEach(Answer::orThrow);
      return StepResult.done();
    }
    boolean partly = answers.stream().anyMatch(answer -> answer.no().isEmpty());
    return new StepResult.Refused(first.get().code(), first.get().detail(), partly);
  }

  /**
   * What one product answered.
   *
   * @param failure null when it did what it was asked
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

    /** The business's no; empty when it agreed, or when it can't be known or may change by itself. */
    Optional<Rejection> no() {
      return Optional.ofNullable(failure).flatMap(Rejection::in).filter(refusal -> refusal.kind() != Rejection.Kind.UNAVAILABLE);
    }

    boolean isRefusedWith(String code) {
      return no().filter(refusal -> refusal.code().equals(code)).isPresent();
    }

    void orThrow() {
      if (failure != null) {
        throw new CompletionException(failure);
      }
    }
  }

  /** Asks the product of each item; the answers come in the order of the items, once all of them are there. */
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
