/** The payment provider's simulator: charges, refunds, a durable ledger and faults on purpose. Knows nobody but its HTTP clients. */
package io.orderflow.simulator;
