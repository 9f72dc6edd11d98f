package io.orderflow.eventsourcing;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.SerializerWithStringManifest;
import akka.serialization.Serializers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;

/** Serialises {@link Message.Ask} and {@link Message.Signal}. An ask is the aggregate's name, the actor, the address for the reply
 * and the command by its own serialiser. */
public final class AskSerializer extends SerializerWithStringManifest {

  /** Unique among the node's serialisers; 0 to 40 are Akka's. */
  private static final int IDENTIFIER = 70_001;
  private static final String ASK = "ask";

  private final ExtendedActorSystem system;

  /** Akka creates the instance from the configuration. */
  public AskSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return message instanceof Message.Signal signal ? signal.name() : ASK;
  }

  @Override
  public byte[] toBinary(Object message) {
    if (!(message instanceof Message.Ask<?, ?> ask)) {
      return new byte[0];
    }
    Serialization serialization = SerializationExtension.get(system);
    Serializer serializer = serialization.findSerializerFor(ask.command());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(ask.aggregate());
      out.writeUTF(ask.actor() == null ? "" : ask.actor());
      out.writeUTF(ActorRefResolver.get(Adapter.toTyped(system)).toSerializationFormat(ask.replyTo()));
      out.writeInt(serializer.identifier());
      out.writeUTF(Serializers.manifestFor(serializer, ask.command()));
      out.write(serializer.toBinary(ask.command()));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    if (!manifest.equals(ASK)) {
      return Message.Signal.valueOf(manifest);
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      String aggregate = in.readUTF();
      String actor = in.readUTF();
      String replyTo = in.readUTF();
      int serializer = in.readInt();
      String commandManifest = in.readUTF();
      Object command = SerializationExtension.get(system).deserialize(in.readAllBytes(), serializer, commandManifest).get();
      return new Message.Ask<>(aggregate, command, ActorRefResolver.get(Adapter.toTyped(system)).resolveActorRef(replyTo),
          actor.isEmpty() ? null : actor);
    } catch (IOException malformed) {
      throw new NotSerializableException("not an ask: " + malformed.getMessage());
    }
  }
}
