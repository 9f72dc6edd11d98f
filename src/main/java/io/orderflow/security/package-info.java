/** Who is asking: the mode of authentication, access tokens, the issuer's keys. Knows no business and no routes. */
package io.orderflow.security;
