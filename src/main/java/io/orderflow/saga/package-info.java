/** The saga engine: any list of steps, each with its compensation, carried out durably. Knows no order. */
package io.orderflow.saga;
