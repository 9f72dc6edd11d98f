package io.orderflow.saga;

/**
 * Why a saga could not go on: the first thing that went wrong, which is what its client is told.
 *
 * @param step the step in which it went wrong
 * @param code stable, in upper case
 * @param detail one sentence for people
 */
public record Failure(String step, String code, String detail) {}
