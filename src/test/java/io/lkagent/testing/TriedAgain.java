package io.lkagent.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs a failed test again, at most twice; for tests against the real livekit-server alone.
 *
 * <p>That server loses a dispatch for good when a request inside it is late (its budget is 3 s, and
 * nothing is tried again), which a busy machine brings about now and then. A test that fails each
 * time fails. Never used for tests of our own server, where a lost dispatch is our fault.
 */
public final class TriedAgain implements InvocationInterceptor {
  private static final int TRIES = 3;

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    try {
      invocation.proceed();
    } catch (AssertionError first) {
      again(context, extension, first);
    }
  }

  private static void again(
      ReflectiveInvocationContext<Method> context, ExtensionContext extension, AssertionError first)
      throws Throwable {
    Throwable last = first;
    for (int tries = 1; tries < TRIES; tries++) {
      System.err.println(
          "tried again on the real server: " + extension.getDisplayName() + ": " + last);
      Throwable next = fails(context);
      if (next == null) {
        return;
      }
      next.addSuppressed(last);
      last = next;
    }
    throw last;
  }

  private static @Nullable Throwable fails(ReflectiveInvocationContext<Method> context)
      throws IllegalAccessException {
    Method test = context.getExecutable();
    test.setAccessible(true);
    try {
      test.invoke(context.getTarget().orElseThrow(), context.getArguments().toArray());
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause() == null ? e : e.getCause();
    }
  }
}
