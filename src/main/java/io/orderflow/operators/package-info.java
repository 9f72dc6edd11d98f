/** Records what operators do, with their reasons. Independent of business packages. */
package io.orderflow.operators;
