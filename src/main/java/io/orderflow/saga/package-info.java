/**
 * The saga engine. It runs any list of steps, each with its compensation, and knows no business package.
 *
 * <p>One direction: {@link io.orderflow.saga.Sagas} sends a command to the {@code Saga}, a process in a home
 * ({@link io.orderflow.eventsourcing.HomeType}). {@code SagaPlanner} decides the next event, the home records it, {@code InFlightCalls} calls
 * the service. The outcome comes back in a later turn of the home, and the state goes to the client as a reply.
 *
 * <p><b>Steps that answer at once.</b> A step whose aggregate lives in the saga's home is decided in the saga's turn. Its events are stored in
 * one write with the saga's. So it must affect nothing else: a failed write takes both back.
 *
 * <p><b>Crashes.</b> A saga depends on nothing but its events. After a crash {@link io.orderflow.saga.SagaRecovery} wakes it, and it repeats
 * the calls from the one that its last record shows as under way. Nobody knows whether those calls had an effect, so every service must be
 * idempotent.
 *
 * <p><b>Incarnations.</b> Two incarnations of a saga may live at once: a node was frozen and thaws, or a write arrives after its client has
 * given up. An incarnation that has recovered, also after a failed write of its own, records {@link io.orderflow.saga.SagaEvent.Resumed}
 * before its first call. From then on the journal rejects the older incarnation's writes, so the older one can't decide anything that
 * contradicts the newer one's calls. If the older one's write comes first, the journal rejects Resumed. The newer one recovers again, and
 * has called nothing yet.
 *
 * <p>Calls of the older incarnation may still arrive. Each call is valid for a bounded time after its incarnation's last record, and
 * services remember a compensation for longer than that. For the same reason a saga records Resumed again after a back-off longer than
 * {@code orderflow.sagas.defer-recording-for}.
 *
 * <p><b>Deferred recording.</b> While all goes well and the last record is younger than {@code defer-recording-for}, completed steps are
 * deferred and recorded together. Everything else is recorded before the next call: the start, the pivot's success, a failure, a
 * rejection, every compensation. A saga that recovered and then compensates also compensates the actions that may have been called
 * without a record.
 *
 * <p><b>Concurrent steps.</b> A step that is called concurrently with the step before it is under way only once that step has succeeded. An
 * earlier answer is kept until then.
 */
package io.orderflow.saga;
