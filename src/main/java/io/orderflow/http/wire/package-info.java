/**
 * Scans HTTP as bytes, between the sockets and Akka HTTP. Akka HTTP decodes header text as UTF-8 and writes each character as its low byte, does not
 * bound everything that a peer may send, and accepts some malformed messages. All requests that enter the node, and the responses of services,
 * therefore pass these scanners first. A message is passed on only if its framing is unambiguous, and its header octets are unchanged.
 */
package io.orderflow.http.wire;
