"""What the DAG's tasks and Airflow on a laptop need; nothing outside this folder knows Airflow."""
