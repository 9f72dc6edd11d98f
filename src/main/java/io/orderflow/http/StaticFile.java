package io.orderflow.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.util.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/** A file of the program that browsers load. Its tag is a hash of its bytes, so that a browser asks whether it has changed and seldom loads it again. */
public final class StaticFile {

  private static final List<HttpHeader> HEADERS = headers("'self'");
  private static final Map<String, ContentType> TYPES = Map.of(
      "html", text(MediaTypes.TEXT_HTML),
      "css", text(MediaTypes.TEXT_CSS),
      "js", text(MediaTypes.APPLICATION_JAVASCRIPT),
      "svg", ContentTypes.create(MediaTypes.IMAGE_SVG_XML),
      "json", ContentTypes.APPLICATION_JSON);

  private final ContentType type;
  private final ByteString bytes;
  private final String tag;
  private final List<HttpHeader> headers;

  private StaticFile(ContentType type, byte[] bytes) {
    this(type, ByteString.fromArray(bytes), '"' + UUID.nameUUIDFromBytes(bytes).toString() + '"', HEADERS);
  }

  private StaticFile(ContentType type, ByteString bytes, String tag, List<HttpHeader> headers) {
    this.type = type;
    this.bytes = bytes;
    this.tag = tag;
    this.headers = headers;
  }

  /** Scripts and styles from files of this node alone. Some style sheets have images in {@code data:} URLs. */
  private static List<HttpHeader> headers(String connects) {
    return List.of(
        RawHeader.create("Cache-Control", "no-cache"),
        RawHeader.create("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src " + connects + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        RawHeader.create("Referrer-Policy", "no-referrer"));
  }

  /**
   * A file with this content.
   *
   * @param extension such as {@code html}; it says the type
   */
  public static StaticFile of(String extension, byte[] bytes) {
    return new StaticFile(TYPES.get(extension), bytes);
  }

  /** The file of that name on the class path; empty if there is none. */
  public static Optional<StaticFile> find(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    try (InputStream file = StaticFile.class.getClassLoader().getResourceAsStream(name)) {
      return file == null || !TYPES.containsKey(extension) ? Optional.empty() : Optional.of(of(extension, file.readAllBytes()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * The file of that name on the class path.
   *
   * @throws IllegalStateException if the program lacks it
   */
  public static StaticFile resource(String name) {
    return find(name).orElseThrow(() -> new IllegalStateException("the program lacks its resource " + name));
  }

  /** A file of a library that comes as a webjar, whichever version of it the program has. */
  public static StaticFile webjar(String groupId, String library, String name) {
    Properties properties = new Properties();
    String description = "META-INF/maven/" + groupId + "/" + library + "/pom.properties";
    try (InputStream file = StaticFile.class.getClassLoader().getResourceAsStream(description)) {
      if (file == null) {
        throw new IllegalStateException("the program lacks the library " + library);
      }
      properties.load(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return resource("META-INF/resources/webjars/" + library + "/" + properties.getProperty("version") + "/" + name);
  }

  /** The same page, whose scripts may also send requests to this origin. */
  public StaticFile connectingTo(String origin) {
    return new StaticFile(type, bytes, tag, headers("'self' " + origin));
  }

  /** The response with the file, or 304 if the client has it. */
  public HttpResponse response(HttpRequest request) {
    // The gateway's server does not parse If-None-Match, so Akka's directive would not see it.
    boolean known = request.getHeader("If-None-Match").filter(tags -> tags.value().contains(tag)).isPresent();
    HttpResponse response = known ? HttpResponse.create().withStatus(304) : HttpResponse.create().withEntity(HttpEntities.create(type, bytes));
    return response.addHeader(RawHeader.create("ETag", tag)).addHeaders(headers);
  }

  private static ContentType text(MediaType.WithOpenCharset type) {
    return ContentTypes.create(type, HttpCharsets.UTF_8);
  }
}
