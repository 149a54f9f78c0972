package io.lkagent.cli;

import io.lkagent.api.ApiException;
import io.lkagent.api.DispatchInfo;
import io.lkagent.api.LiveKitApi;
import io.lkagent.ops.DispatchRequest;
import io.lkagent.ops.DispatchResult;
import io.lkagent.ops.DispatchWatcher;
import io.lkagent.ops.Dispatching;
import io.lkagent.ops.RoomDispatch;
import io.lkagent.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code lkagent dispatch}: runs the use-case and says what became of it. */
final class Dispatcher implements UseCases.DispatchRun {
  private static final Duration API_CALL = Duration.ofSeconds(5);

  private final Time time = Time.raw();

  @Override
  public ExitCode run(DispatchCall call, Console console) {
    try (LiveKitApi api = new LiveKitApi(call.endpoint(), call.credentials(), API_CALL)) {
      Dispatching dispatching = new Dispatching(api, time);
      return switch (call.wish()) {
        case Wish.Bring(DispatchRequest request) -> bring(request, call, dispatching, console);
        case Wish.ListThem list -> list(list, call, dispatching, console);
        case Wish.Delete(String room, String id) -> delete(room, id, call, dispatching, console);
      };
    } catch (ApiException e) {
      console.error(String.valueOf(e.getMessage()));
      return DispatchReport.exitOf(e);
    }
  }

  private ExitCode bring(
      DispatchRequest request, DispatchCall call, Dispatching dispatching, Console console) {
    Path folder = RuntimeFolder.of(call.runtimeDir(), System.getenv());
    Neighbours before = Neighbours.look(folder, call.endpoint(), request.agentName());
    DispatchResult result =
        dispatching.dispatch(
            request,
            new DispatchWatcher() {
              @Override
              public boolean served(DispatchInfo dispatch) {
                return before.serving(dispatch.id()) != null;
              }

              @Override
              public void requested(String dispatchId, boolean reused) {
                if (!reused && !before.warning().isEmpty()) {
                  console.note(before.warning());
                }
              }

              @Override
              public void again(Duration after) {
                console.note(
                    "nobody took the job within " + Shown.time(after) + "; asking once more");
              }
            });
    boolean joined = result.outcome() instanceof DispatchResult.Outcome.Joined;
    DispatchReport report =
        new DispatchReport(
            result,
            joined && !Output.isStructured(call.form())
                ? before
                : Neighbours.look(folder, call.endpoint(), request.agentName()));
    report.print(call.form(), console);
    return report.exit();
  }

  private static ExitCode list(
      Wish.ListThem list, DispatchCall call, Dispatching dispatching, Console console)
      throws ApiException {
    String room = list.room();
    Path folder = RuntimeFolder.of(call.runtimeDir(), System.getenv());
    Neighbours here = Neighbours.look(folder, call.endpoint(), "");
    List<RoomDispatch> found =
        dispatching.list(
            room == null ? List.of() : List.of(room),
            new DispatchWatcher() {
              @Override
              public boolean served(DispatchInfo dispatch) {
                return here.serving(dispatch.id()) != null;
              }
            });
    DispatchList.print(found, call.form(), console);
    if (found.isEmpty()) {
      console.note(
          room == null
              ? "no room has a dispatch"
              : "room " + Shown.quoted(room) + " does not exist, or has no dispatch");
    }
    return ExitCode.DONE;
  }

  private static ExitCode delete(
      String room, String id, DispatchCall call, Dispatching dispatching, Console console)
      throws ApiException {
    if (!dispatching.delete(room, id)) {
      console.error(
          "room %s has no dispatch %s: lkagent dispatch ROOM --list shows those it has"
              .formatted(Shown.quoted(room), Shown.quoted(id)));
      return ExitCode.VERDICT_NO;
    }
    DispatchList.printDeleted(room, id, call.form(), console);
    return ExitCode.DONE;
  }
}
