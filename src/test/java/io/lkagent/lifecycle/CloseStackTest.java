package io.lkagent.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {
  private final List<String> closed = new ArrayList<>();
  private final CloseStack stack = new CloseStack();

  @Test
  void close_severalResources_closesInReverseOrderEachOnce() {
    stack.push(() -> closed.add("first"));
    stack.push(() -> closed.add("second"));
    stack.close();
    stack.close();
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void close_failures_goesOnAndKeepsThemAll() {
    IllegalStateException last = new IllegalStateException("last");
    stack.push(() -> closed.add("first"));
    stack.push(() -> {
      throw new IOException("middle");
    });
    stack.push(() -> {
      throw last;
    });
    IllegalStateException thrown = assertThrows(IllegalStateException.class, stack::close);
    assertSame(last, thrown);
    assertInstanceOf(IOException.class, thrown.getSuppressed()[0]);
    assertEquals(List.of("first"), closed);
  }

  @Test
  void close_errorInAResource_stillClosesTheRest() {
    stack.push(() -> closed.add("first"));
    stack.push(() -> {
      throw new AssertionError("broken");
    });
    assertThrows(AssertionError.class, stack::close);
    assertEquals(List.of("first"), closed);
  }

  @Test
  void close_interruptedResource_keepsTheInterrupt() {
    stack.push(() -> {
      throw new InterruptedException();
    });
    assertThrows(IllegalStateException.class, stack::close);
    assertTrue(Thread.interrupted());
  }

  @Test
  void push_afterClose_closesAtOnceAndSaysSo() {
    stack.close();
    assertThrows(IllegalStateException.class, () -> stack.push(() -> closed.add("late")));
    assertEquals(List.of("late"), closed);
  }
}
