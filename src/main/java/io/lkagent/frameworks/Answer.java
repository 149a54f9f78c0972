package io.lkagent.frameworks;

import java.util.Map;

/** What an app's request function said about a job. */
public sealed interface Answer {
  /** It takes the job, as this participant; empty strings where the app leaves it to us. */
  record Yes(String identity, String name, String metadata, Map<String, String> attributes)
      implements Answer {
    public Yes {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * It does not take the job.
   *
   * @param terminate whether the job is to go to no other worker either
   * @param error what the function raised, else empty
   */
  record No(boolean terminate, String error) implements Answer {}

  /** There was no answer within the time, or nobody to ask; counts as no. */
  record None(String why) implements Answer {}
}
