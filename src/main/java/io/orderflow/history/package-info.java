/** Serves the events of an aggregate, from journal and archive, in business terms. Independent of business packages. */
package io.orderflow.history;
