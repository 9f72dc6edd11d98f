package io.orderflow.operators;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * An action of an operator.
 *
 * @param operator the subject of the token; in open mode the address that the request came from
 * @param action such as {@code cancel-order}
 * @param target the id of what it changed
 * @param reason why, in the operator's words; empty if none was given
 * @param outcome DONE, or the problem's code and text; null if it is not known, and then the action may have taken effect
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperatorAction(String id, Instant at, String operator, String action, String target, String reason, String outcome) {}
