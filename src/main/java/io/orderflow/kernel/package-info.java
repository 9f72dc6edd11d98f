/** What every room may use: money, the serialisation marker, refusals, what an aggregate remembers. Uses no other room. */
package io.orderflow.kernel;
