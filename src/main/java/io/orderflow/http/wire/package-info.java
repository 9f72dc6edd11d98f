/**
 * HTTP as bytes, between the sockets and Akka HTTP. Akka HTTP decodes header text as UTF-8 and writes its characters as their low byte, keeps
 * no bound on some of what a peer may send, and takes some malformed messages for good ones. Everything that enters the node passes the
 * scanners of this package first: a message goes on only when its framing is beyond doubt, and its header octets go on as they are.
 */
package io.orderflow.http.wire;
