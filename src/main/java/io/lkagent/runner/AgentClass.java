package io.lkagent.runner;

import io.lkagent.sdk.Agent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;

/** The class that the worker names, as an agent; each way to fail says what to change. */
final class AgentClass {
  private AgentClass() {}

  /** The agent cannot be made; the message is for the worker's user. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }

    Unusable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static Agent make(String name) throws Unusable {
    if (name.equals(BuiltinAgent.class.getName())) {
      return new BuiltinAgent();
    }
    try {
      Class<?> type = Class.forName(name);
      if (!Agent.class.isAssignableFrom(type)) {
        throw new Unusable("agent class " + name + " does not implement " + Agent.class.getName());
      }
      if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
        throw new Unusable("agent class " + name + " must be public and not abstract");
      }
      return (Agent) type.getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new Unusable(
          "agent class " + name + " is not on the class path: check --agent and --classpath", e);
    } catch (NoSuchMethodException e) {
      throw new Unusable(
          "agent class " + name + " has no public constructor without parameters: add one", e);
    } catch (NoClassDefFoundError e) {
      throw new Unusable(
          "agent class "
              + name
              + " needs a class that is missing: add its jar to --classpath ("
              + Failure.line(e)
              + ")",
          e);
    } catch (LinkageError e) {
      throw new Unusable("agent class " + name + " cannot be loaded: " + Failure.line(e), e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new Unusable(
          "the constructor of agent class " + name + " failed: " + Failure.withRemedy(cause),
          cause);
    } catch (ReflectiveOperationException e) {
      throw new Unusable("agent class " + name + " cannot be made: " + Failure.line(e), e);
    }
  }
}
