/** Shipments, one for each order. */
package io.orderflow.shipping;
