/** Shipments, one for each order: created, cancelled. */
package io.orderflow.shipping;
