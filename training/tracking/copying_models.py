"""The model that a run made, and its place in the registry, copied from one store to another."""

from mlflow.entities import LoggedModelOutput, Metric
from mlflow.entities import Run as Recorded
from mlflow.entities.model_registry import ModelVersion

from training.tracking.experiments import again
from training.tracking.registry import aliases, link, registered, set_alias
from training.tracking.stores import TrackingStore
from training.tracking.tags import SEEN


def copy_models(source: TrackingStore, target: TrackingStore, run: Recorded, twin: Recorded) -> None:
    """The models on the experiment's page, with their metrics. A half-made one is left out."""
    client, twin_id = target.client, str(twin.info.run_id)
    for model in source.client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run.info.run_id}'"):
        if str(model.status) != "READY":
            continue
        model_id = _model(target, twin)
        if model_id is None:
            made = client.create_logged_model(twin.info.experiment_id, model.name, twin_id, model_type=model.model_type)
            model_id = str(made.model_id)
        outputs = client.get_run(twin_id).outputs
        if model_id not in [each.model_id for each in (outputs.model_outputs if outputs else [])]:
            client.log_outputs(twin_id, [LoggedModelOutput(model_id, 0)])
        metrics = [Metric(m.key, m.value, m.timestamp, m.step, model_id=model_id, run_id=twin_id) for m in model.metrics or ()]
        client.log_batch(twin_id, metrics)
        client.finalize_logged_model(model_id, "READY")


def copy_version(source: TrackingStore, target: TrackingStore, run: Recorded, twin: Recorded) -> str | None:
    """The registered version there, made if there is none; None if the run registered nothing."""
    here = _version(source, run)
    if here is None:
        return None
    there = target.client.search_model_versions(f"run_id = '{twin.info.run_id}'")
    model_id = _model(target, twin) or ""
    if there:
        version = max((str(each.version) for each in there), key=int)
        # A copy may have been cut off between the two.
        again(link, target, model_id, here.name, version)
        return version
    return again(registered, target, here.name, str(twin.info.run_id), model_id, here.description, {})


def copy_aliases(source: TrackingStore, target: TrackingStore, run: Recorded, version: str | None) -> None:
    """The aliases that the version has here, as far as nobody has taken them there in the meantime."""
    here = _version(source, run)
    if here is None or version is None:
        return
    now = aliases(target, here.name)
    for alias, number in aliases(source, here.name).items():
        if number == str(here.version) and now.get(alias) != version and _may(target, run, here, alias, now.get(alias)):
            again(set_alias, target, alias, version, here.name)


def _may(target: TrackingStore, run: Recorded, here: ModelVersion, alias: str, holder: str | None) -> bool:
    """Nobody has it, or whoever had it when the run registered; a challenger also gives way to any later training."""
    if holder is None or here.tags.get(f"{SEEN}{alias}") == holder:
        return True
    if alias == "champion":
        return False
    newest = target.client.get_run(str(target.client.get_model_version(here.name, holder).run_id))
    return bool(newest.info.start_time < run.info.start_time)


def _model(target: TrackingStore, twin: Recorded) -> str | None:
    there = target.client.search_logged_models([twin.info.experiment_id], f"source_run_id = '{twin.info.run_id}'")
    return str(there[0].model_id) if there else None


def _version(store: TrackingStore, run: Recorded) -> ModelVersion | None:
    found = store.client.search_model_versions(f"run_id = '{run.info.run_id}'")
    return max(found, key=lambda each: int(each.version), default=None)
