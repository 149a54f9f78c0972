package io.lkagent.frameworks;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The jobs that the app's request function is asked about, each until its answer. */
final class Questions {
  /** One that is open. */
  record Question(ToHost.Request request, CompletableFuture<Answer> answer) {
    String id() {
      return request.id();
    }
  }

  private final Map<String, Question> open = new ConcurrentHashMap<>();

  Question about(byte[] job, boolean resuming) {
    ToHost.Request request = ToHost.Request.about(UUID.randomUUID().toString(), job, resuming);
    Question question = new Question(request, new CompletableFuture<>());
    open.put(question.id(), question);
    return question;
  }

  /** What the host is to be asked under this id, if it is a question's. */
  ToHost.@Nullable Request request(String id) {
    Question question = open.get(id);
    return question == null ? null : question.request();
  }

  /** Answers a question; one that is answered already stays as it is. */
  void reply(String id, Answer answer) {
    Question question = open.remove(id);
    if (question != null) {
      question.answer().complete(answer);
    }
  }
}
