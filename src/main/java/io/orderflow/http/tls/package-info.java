/** TLS of this node's servers and clients, by PEM files that may change while it runs. */
package io.orderflow.http.tls;
