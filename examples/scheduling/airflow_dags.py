"""A study in Airflow 3: the whole report every Monday, and one notebook through papermill.

The constraints of Airflow's releases keep pandas below 3, which clv needs, so each has an
environment of its own. A BashOperator calls clv's command; a PapermillOperator calls clv's kernel,
once Airflow knows it:

    /srv/clv/.venv/bin/python -m ipykernel install --prefix /opt/airflow/.venv --name clv
"""

import os
from datetime import timedelta

import pendulum
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

CLV = os.environ.get("CLV_HOME", "/srv/clv")  # the repository, with its .venv
STUDY = os.environ.get("CLV_STUDY", "/srv/shop")  # the folder of study.yml

# The day before the run, and not yesterday: the same run, cleared and done again, says the same.
AS_OF = "{{ macros.ds_add(dag_run.run_after | ds, -1) }}"
MONDAYS = {
    "schedule": "15 6 * * 1",
    "start_date": pendulum.datetime(2026, 1, 5, tz="Europe/Istanbul"),
    "catchup": False,
    "max_active_runs": 1,
    "dagrun_timeout": timedelta(hours=3),
}

AGAIN = {5, 130, 137, 143}  # exit codes after which another try may end better


class Report(BashOperator):
    """A command of clv's: tried again where that may help, and failed at once where it cannot."""

    def execute(self, context):  # noqa: ANN001, ANN201 -- as Airflow has it
        """Run the command; AirflowFailException is the one failure that is not tried again."""
        try:
            return super().execute(context)
        except AirflowSkipException:
            raise
        except AirflowException as error:
            ran = self.subprocess_hook.sub_process  # None where it could not even begin
            if ran is None or ran.returncode in AGAIN:
                raise
            raise AirflowFailException(str(error)) from error


with DAG("clv_report", description="The report of a study, run and told of.", **MONDAYS):
    # The task ends as `clv run` has ended, whatever becomes of the mail. CLV_DELIVER_TO and the
    # study's own secrets stand in the environment of the worker. A second try tells only news.
    Report(
        task_id="report",
        bash_command=(
            f"{CLV}/.venv/bin/clv run study.yml --set as_of={AS_OF} --progress plain; code=$?; "
            f"{CLV}/.venv/bin/clv deliver study.yml --after $code --only-new; exit $code"
        ),
        cwd=STUDY,
        append_env=True,
        skip_on_exit_code=75,  # another run holds the report, and is the one that counts
        retries=2,
        retry_delay=timedelta(minutes=15),
    )

with DAG("clv_notebook", description="One notebook on its own.", **MONDAYS):
    PapermillOperator(
        task_id="lifetime_value",
        input_nb=f"{CLV}/notebooks/06_lifetime_value.ipynb",
        output_nb=f"{STUDY}/06_lifetime_value-{AS_OF}.ipynb",
        parameters={"transactions": f"{STUDY}/orders.csv", "as_of": AS_OF, "horizon": "26W"},
        kernel_name="clv",
        do_xcom_push=False,  # it would hand on the notebook's address, which nobody asks for
    )
