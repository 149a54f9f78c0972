package io.lkagent.worker;

import io.lkagent.frameworks.Answer;
import io.lkagent.ipc.JobStart;
import io.lkagent.protocol.JobOffer;
import io.lkagent.protocol.RoomRef;
import io.lkagent.protocol.ServerSignal;
import io.lkagent.protocol.WorkerSignal;
import io.lkagent.protocol.WorkerSignal.JobResult;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.worker.JobEntry.Stage;
import io.lkagent.worker.WorkerState.Link;
import io.lkagent.worker.WorkerState.Phase;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job's way into the worker, from the server's question to the search for a process: whether it
 * is taken, what the app says to that, and what its process will be told. Pure.
 */
final class Admission {
  /** The attribute by which the frameworks find an agent in a room. */
  private static final String AGENT_NAME = "lk.agent.name";

  private final WorkerRules rules;

  Admission(WorkerRules rules) {
    this.rules = rules;
  }

  /** The server asks whether the worker takes a job. */
  WorkerState asked(
      WorkerState state,
      ServerSignal.AvailabilityAsked asked,
      long now,
      long millis,
      List<WorkerAction> actions) {
    JobOffer offer = asked.job();
    @Nullable JobEntry occupant = occupant(state, offer.room());
    @Nullable JobEntry same = state.jobs().get(offer.id());
    if (same != null && same.stage() == Stage.ASKING) {
      // The answer that is on its way serves both.
      return state;
    }
    if (occupant != null && occupant.stage() == Stage.ASKING && sameRoom(occupant, offer.room())) {
      // Not ended: the room may yet be without an agent.
      return JobEnd.declined(state, offer, "room-occupied", actions);
    }
    boolean known = same != null;
    if (known || (occupant != null && sameRoom(occupant, offer.room()))) {
      actions.add(new WorkerAction.Say(new WorkerSignal.Terminate(offer.id())));
      return JobEnd.refused(state, offer, known ? "known-job" : "room-occupied", actions);
    }
    @Nullable String no = refusal(state, occupant != null ? 1 : 0);
    if (no != null) {
      return JobEnd.declined(state, offer, no, actions);
    }
    WorkerState after = state;
    if (occupant != null) {
      after =
          JobEnd.end(
              after,
              occupant,
              new StopCause(StopReason.ROOM_CLOSED, "the room was made again"),
              true,
              now,
              actions);
    }
    JobEntry entry = JobEntry.asking(offer, now, millis);
    if (rules.app() == WorkerRules.App.ASKED) {
      actions.add(new WorkerAction.Ask(offer, asked.resuming()));
      return after.with(entry);
    }
    WorkerSignal.Accept yes = accept(offer, "", "", "", Map.of());
    return accepted(after, entry, yes, now, millis, actions);
  }

  private static WorkerSignal.Accept accept(
      JobOffer offer,
      String identity,
      String name,
      String metadata,
      Map<String, String> attributes) {
    return new WorkerSignal.Accept(
        offer.id(),
        identity.isBlank() ? "agent-" + offer.id() : identity,
        name,
        metadata,
        attributes);
  }

  private WorkerState accepted(
      WorkerState state,
      JobEntry entry,
      WorkerSignal.Accept yes,
      long now,
      long millis,
      List<WorkerAction> actions) {
    JobOffer offer = entry.offer();
    actions.add(new WorkerAction.Say(said(yes, offer)));
    actions.add(new WorkerAction.Tell(new WorkerNews.Accepted(offer.id(), offer.room().name())));
    return state.with(entry.accepted(yes, now, millis));
  }

  /** With what the frameworks' own workers add for their apps. */
  private WorkerSignal.Accept said(WorkerSignal.Accept yes, JobOffer offer) {
    if (rules.app() == WorkerRules.App.NONE) {
      return yes;
    }
    Map<String, String> attributes = new HashMap<>(yes.attributes());
    attributes.putIfAbsent(AGENT_NAME, offer.agentName());
    return new WorkerSignal.Accept(
        yes.jobId(), yes.identity(), yes.name(), yes.metadata(), attributes);
  }

  /** The app has answered; what came too late was answered for it before. */
  WorkerState answered(
      WorkerState state,
      String jobId,
      Answer answer,
      long now,
      long millis,
      List<WorkerAction> actions) {
    @Nullable JobEntry entry = state.jobs().get(jobId);
    if (entry == null || entry.stage() != Stage.ASKING) {
      return state;
    }
    JobOffer offer = entry.offer();
    return switch (answer) {
      case Answer.Yes(String identity, String name, String metadata, var attributes) -> {
        if (!state.poolFit()) {
          yield JobEnd.declined(state.without(jobId), offer, "crash-loop", actions);
        }
        WorkerSignal.Accept yes = accept(offer, identity, name, metadata, attributes);
        yield accepted(state, entry, yes, now, millis, actions);
      }
      case Answer.No(boolean terminate, String error) when terminate -> {
        actions.add(new WorkerAction.Say(new WorkerSignal.Terminate(jobId)));
        yield JobEnd.refused(state.without(jobId), offer, "app-said-no", actions);
      }
      case Answer.No(boolean _, String error) ->
          JobEnd.declined(
              state.without(jobId), offer, error.isEmpty() ? "app-said-no" : "app-failed", actions);
      case Answer.None none -> JobEnd.declined(state.without(jobId), offer, "app-silent", actions);
    };
  }

  /** Why a job cannot be taken now, or null; {@code freed} slots are about to become free. */
  private @Nullable String refusal(WorkerState state, int freed) {
    if (state.phase() != Phase.SERVING) {
      return "draining";
    }
    if (state.jobs().size() - freed >= rules.maxJobs()) {
      return "full";
    }
    if (!state.poolFit()) {
      return "crash-loop";
    }
    return state.overloaded() ? "overloaded" : null;
  }

  private static @Nullable JobEntry occupant(WorkerState state, RoomRef room) {
    for (JobEntry job : state.jobs().values()) {
      if (job.offer().room().name().equals(room.name()) && job.stage() != Stage.ENDING) {
        return job;
      }
    }
    return null;
  }

  private static boolean sameRoom(JobEntry job, RoomRef room) {
    return job.offer().room().sid().equals(room.sid());
  }

  /** The server gives the worker a job that it has said yes to. */
  WorkerState assigned(
      WorkerState state,
      ServerSignal.Assigned assigned,
      WorkerEvent.Signal event,
      long now,
      List<WorkerAction> actions) {
    JobOffer offer = assigned.job();
    JobEntry entry = state.jobs().get(offer.id());
    if (entry == null || entry.stage() != Stage.ACCEPTED) {
      String error = entry == null ? "assigned too late, or never accepted" : "assigned twice";
      if (entry == null) {
        actions.add(
            new WorkerAction.Say(new WorkerSignal.UpdateJob(offer.id(), JobResult.FAILED, error)));
      }
      return JobEnd.refused(state, offer, "late-assignment", actions);
    }
    JobStart start = start(state, entry, assigned, event);
    // The process first: what is said of it can wait.
    actions.add(new WorkerAction.Place(start));
    actions.add(
        new WorkerAction.Tell(
            new WorkerNews.Assigned(offer.id(), offer.room().name(), offer.dispatchId())));
    return state.with(entry.assigned(start, now));
  }

  private JobStart start(
      WorkerState state, JobEntry entry, ServerSignal.Assigned assigned, WorkerEvent.Signal event) {
    JobOffer offer = assigned.job();
    RoomRef room = offer.room();
    boolean dev = state.link() instanceof Link.Up up && up.devServer();
    WorkerSignal.@Nullable Accept accept = entry.accept();
    @Nullable String url = assigned.url();
    return new JobStart(
        offer.id(),
        offer.dispatchId(),
        offer.agentName(),
        offer.metadata(),
        offer.attributes(),
        new JobStart.Room(room.name(), room.sid(), room.metadata()),
        accept == null ? "agent-" + offer.id() : accept.identity(),
        url == null || url.isEmpty() ? event.url() : url,
        assigned.token(),
        dev ? JobStart.MEDIA_DEV : JobStart.MEDIA_LIVEKIT,
        0,
        accept == null || rules.app() == WorkerRules.App.NONE
            ? null
            : forApp(state, entry, accept, offer, event.millis()));
  }

  private static JobStart.App forApp(
      WorkerState state,
      JobEntry entry,
      WorkerSignal.Accept accept,
      JobOffer offer,
      long assignedMillis) {
    return new JobStart.App(
        Base64.getEncoder().encodeToString(offer.messageBytes()),
        state.link() instanceof Link.Up up ? up.workerId() : "",
        accept.name(),
        accept.metadata(),
        accept.attributes(),
        entry.receivedMillis(),
        entry.acceptedMillis(),
        assignedMillis);
  }
}
