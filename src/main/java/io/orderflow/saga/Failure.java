package io.orderflow.saga;

/**
 * Why a saga compensates: its first failure, as clients see it.
 *
 * @param step the step that failed
 * @param code stable, in upper case
 * @param detail one sentence for humans
 */
public record Failure(String step, String code, String detail) {}
