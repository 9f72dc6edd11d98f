package io.orderflow.shipping;

import io.orderflow.http.JsonFields;
import java.util.Locale;
import java.util.Set;

/** Reads an address from a request body. */
public final class AddressRequest {

  private static final int LINE = 200;
  /** Countries without postal codes, or where they are optional. Source: Universal Postal Union, postal addressing systems. */
  private static final Set<String> WITHOUT_POSTAL_CODES = Set.of("AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BQ", "BS", "BW", "BZ",
      "CD", "CF", "CG",
      "CI", "CK", "CM", "CW", "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GN", "GQ", "GY", "HK", "IE", "JM", "KI", "KM", "KN", "KP",
      "LC", "LY", "ML",
      "MO", "MR", "MW", "NR", "NU", "PA", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SX", "SY", "TD", "TG", "TK", "TL", "TO", "TT", "TV",
      "UG", "VU", "YE",
      "ZW");

  private AddressRequest() {}

  /** All fields are required, except the postal code in countries without postal codes. */
  public static Address read(JsonFields fields) {
    String name = fields.text("name", LINE);
    String street = fields.text("street", LINE);
    String city = fields.text("city", LINE);
    String country = fields.text("country", 64);
    boolean optional = WITHOUT_POSTAL_CODES.contains(country.strip().toUpperCase(Locale.ROOT));
    String postalCode = optional ? fields.optionalText("postalCode", 20).orElse(null) : fields.text("postalCode", 20);
    return new Address(name, street, city, postalCode, country);
  }
}
