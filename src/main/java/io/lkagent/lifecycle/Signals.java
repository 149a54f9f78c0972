package io.lkagent.lifecycle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Signals of the operating system as callbacks.
 *
 * <p>{@code sun.misc.Signal} is the JDK's only way to tell a first signal from a second one (a
 * shutdown hook cannot), and naming it directly is a compiler warning that nothing can suppress; so
 * it is reached by reflection.
 */
public final class Signals {
  private Signals() {}

  /**
   * Calls {@code handler} with the signal's name ({@code TERM}, {@code INT}) each time it arrives,
   * on a thread of the JVM.
   *
   * @return false when this system has no such signal, or somebody else holds it
   */
  @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
  public static boolean handle(String name, Consumer<String> handler) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.accept(name);
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "signal handler for " + name;
                  });
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, proxy);
      return true;
    } catch (InvocationTargetException e) {
      return false;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JDK has no sun.misc.Signal", e);
    }
  }
}
