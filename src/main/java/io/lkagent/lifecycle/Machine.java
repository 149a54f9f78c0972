package io.lkagent.lifecycle;

import java.util.List;

/**
 * A state machine as a pure, total function, and what its actions do to the world.
 *
 * @param <S> states
 * @param <E> events
 * @param <A> actions
 */
public interface Machine<S, E, A> {
  /** The wake-up time of a state that waits for events alone. */
  long NEVER = Long.MAX_VALUE;

  /** What follows {@code event} in {@code state}; pure. {@code now} is in nanoseconds. */
  Step<S, A> next(S state, E event, long now);

  /** When {@link #tick()} is due if no event comes first, in nanoseconds, or {@link #NEVER}. */
  long wakeAt(S state);

  /** The event that says that time has passed. */
  E tick();

  /** True once nothing can follow; the loop ends. */
  boolean finished(S state);

  /** Carries an action out; must not block. */
  void perform(A action);

  /** The state that follows and the actions to carry out, in order. */
  record Step<S, A>(S state, List<A> actions) {
    public Step {
      actions = List.copyOf(actions);
    }

    public static <S, A> Step<S, A> of(S state) {
      return new Step<>(state, List.of());
    }

    public static <S, A> Step<S, A> of(S state, A action) {
      return new Step<>(state, List.of(action));
    }
  }
}
