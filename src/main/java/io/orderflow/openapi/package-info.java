/** The API's document, its viewer, and the pages about problems. Knows no business: the document's parts are resources. */
package io.orderflow.openapi;
