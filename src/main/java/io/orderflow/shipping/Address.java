package io.orderflow.shipping;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.function.UnaryOperator;

/**
 * The address of a shipment.
 *
 * @param postalCode null in countries without postal codes
 * @param sealed everything but the country, encrypted, as it is stored; then name, street, city and postal code are null. Null for a readable address
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Address(String name, String street, String city, String postalCode, String country, String sealed) {

  /** No line of an address has a control character. */
  private static final String SEPARATOR = "\n";

  /** A readable address. */
  public Address(String name, String street, String city, String postalCode, String country) {
    this(name, street, city, postalCode, country, null);
  }

  /** The address as it is stored. Only the country stays readable: it decides whether an order can be shipped. */
  public Address sealedBy(UnaryOperator<String> seal) {
    return new Address(null, null, null, null, country,
        seal.apply(String.join(SEPARATOR, name, street, city, postalCode == null ? "" : postalCode)));
  }

  /** The readable address of a stored one. What can't be opened any more stands in the place of each line. */
  public Address openedBy(UnaryOperator<String> open) {
    if (sealed == null) {
      return this;
    }
    String text = open.apply(sealed);
    String[] lines = text.split(SEPARATOR, -1);
    return lines.length < 4 ? new Address(text, text, text, null, country)
        : new Address(lines[0], lines[1], lines[2], lines[3].isEmpty() ? null : lines[3], country);
  }
}
