"""Judge one account or many, here or over HTTP."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from commands.console import BundleOption, Data, FollowersFile, Quiet, VerdictsFile, Workers, chosen_bundle, err, note, out, settings
from training.stages import Bars

app = typer.Typer()


@app.command()
def judge(
    account: Annotated[Path, typer.Argument(help="One account as JSON; - reads standard input.")],
    bundle: BundleOption = None,
    html: Annotated[Path | None, typer.Option("--html", help="Also draw it as a page, one file that needs nothing else.")] = None,
) -> None:
    """One verdict as JSON."""
    import orjson

    from features.snapshot import parse
    from features.whole import whole_file
    from models.drawn import page
    from models.verdict import judge as judge_snapshots

    content = sys.stdin.buffer.read() if str(account) == "-" else account.read_bytes()
    (verdict,) = judge_snapshots(chosen_bundle(bundle), [parse(content)])
    if html is not None:
        with whole_file(html) as draft:
            draft.write_text(page(verdict), "utf-8")
    sys.stdout.buffer.write(orjson.dumps(verdict, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


@app.command()
def score(data: Data, output: VerdictsFile, bundle: BundleOption = None, workers: Workers = None, quiet: Quiet = False) -> None:
    """A verdict row per account, in order, none dropped."""
    from serving.batch import score as run

    loaded = chosen_bundle(bundle)
    with Bars(err, quiet)("score") as advance:
        count = run(loaded, data, output, advance, processes=workers, say=note)
    out.print(f"{count:,} verdicts in {output}", highlight=False, soft_wrap=True)


@app.command()
def followers(data: Data, output: FollowersFile, bundle: BundleOption = None, workers: Workers = None, quiet: Quiet = False) -> None:
    """A row per sampled follower: account_id, follower_id, probability of being purchased-type (null where nothing is known)."""
    import pyarrow.parquet as pq

    from serving.followers import write_followers

    loaded = chosen_bundle(bundle)
    with Bars(err, quiet)("judge the followers") as advance:
        count = write_followers(loaded, data, output, advance, workers, note)
    rows, prior = pq.read_metadata(output).num_rows, loaded.followers.prior
    out.print(f"{rows:,} followers of {count:,} accounts in {output}", highlight=False, soft_wrap=True)
    out.print(f"Probabilities are those among followers of whom {prior:.0%} are of the purchased type.", highlight=False)


@app.command()
def serve(port: int = 3000, host: str = "127.0.0.1") -> None:
    """Start the BentoML service; Ctrl-C ends it."""
    from serving.launch import command

    mine = settings()
    try:
        from training import champion
    except ImportError:
        pass  # A serving-only install has no registry: what lies under HOME is served.
    else:
        if reason := champion.bring(mine.home, mine.tracking_server):
            err.print(f"[yellow]warning:[/] the champion in the registry is not used: {escape(reason)}", highlight=False, soft_wrap=True)
    arguments, environment = command(mine, port, host)
    out.print(f"http://{host}:{port}/docs describes the service; Ctrl-C ends it.", highlight=False)
    os.execvpe(arguments[0], arguments, environment)
