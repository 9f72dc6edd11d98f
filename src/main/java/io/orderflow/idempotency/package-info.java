/** Idempotency keys of requests that no aggregate remembers. */
package io.orderflow.idempotency;
