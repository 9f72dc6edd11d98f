package io.orderflow.eventsourcing;

import java.util.function.Function;

/**
 * Describes a process and how it is created.
 *
 * @param messages the class of all its messages
 * @param events the class of all its events
 * @param initialState the state before the first event
 * @param create creates the process of a home
 */
public record ProcessType<M extends Message, E, S>(Class<M> messages, Class<E> events, S initialState,
    Function<ProcessContext<E, S>, Process<M, E, S>> create) {}
