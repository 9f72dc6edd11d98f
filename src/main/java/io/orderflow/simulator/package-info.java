/** Simulates the payment provider: charges, refunds, a durable ledger and injected faults. Depends on no business package. */
package io.orderflow.simulator;
