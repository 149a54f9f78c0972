package io.lkagent.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs a failed test a second time; for tests against the real livekit-server alone.
 *
 * <p>That server loses a dispatch for good when a request inside it is late (its budget is 3 s, and
 * nothing is tried again), which a busy machine brings about now and then. A test that fails twice
 * fails. Never used for tests of our own server, where a lost dispatch is our fault.
 */
public final class TriedTwice implements InvocationInterceptor {
  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    try {
      invocation.proceed();
    } catch (AssertionError first) {
      System.err.println(
          "tried again on the real server: " + extension.getDisplayName() + ": " + first);
      again(context, first);
    }
  }

  private static void again(ReflectiveInvocationContext<Method> context, AssertionError first)
      throws Throwable {
    Method test = context.getExecutable();
    test.setAccessible(true);
    try {
      test.invoke(context.getTarget().orElseThrow(), context.getArguments().toArray());
    } catch (InvocationTargetException e) {
      Throwable second = e.getCause() == null ? e : e.getCause();
      second.addSuppressed(first);
      throw second;
    }
  }
}
