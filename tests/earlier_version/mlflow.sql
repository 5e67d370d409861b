BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('dc11669786a5');
CREATE TABLE "assessments" (
	assessment_id VARCHAR(50) NOT NULL, 
	trace_id VARCHAR(50) NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	assessment_type VARCHAR(20) NOT NULL, 
	value TEXT NOT NULL, 
	error TEXT, 
	created_timestamp BIGINT NOT NULL, 
	last_updated_timestamp BIGINT NOT NULL, 
	source_type VARCHAR(50) NOT NULL, 
	source_id VARCHAR(250), 
	run_id VARCHAR(32), 
	span_id VARCHAR(50), 
	rationale TEXT, 
	overrides VARCHAR(50), 
	valid BOOLEAN NOT NULL, 
	assessment_metadata TEXT, 
	experiment_id INTEGER, 
	trace_timestamp_ms BIGINT, 
	aggregate_value FLOAT, 
	is_numeric_value BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT assessments_pk PRIMARY KEY (assessment_id), 
	CONSTRAINT fk_assessments_trace_id FOREIGN KEY(trace_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE budget_policies (
	budget_policy_id VARCHAR(36) NOT NULL, 
	budget_unit VARCHAR(32) NOT NULL, 
	budget_amount FLOAT NOT NULL, 
	duration_unit VARCHAR(32) NOT NULL, 
	duration_value INTEGER NOT NULL, 
	target_scope VARCHAR(32) NOT NULL, 
	budget_action VARCHAR(32) NOT NULL, 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, target_value VARCHAR(255), 
	CONSTRAINT budget_policies_pk PRIMARY KEY (budget_policy_id)
);
CREATE TABLE "datasets" (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO "datasets" VALUES('8aab5fe2273b4d8295be1e7ac32c172c',1,'iris','e8b4f399a5dc1bb4','code','{"tags": {"loader": "experiments.datasets:iris"}}',NULL,'{"num_rows": 150, "n_train": 90, "n_validation": 30, "n_test": 30, "task": "multiclass", "n_features": 4, "target": "species"}');
INSERT INTO "datasets" VALUES('32489586365a41e0943726556a44971b',2,'iris','e8b4f399a5dc1bb4','code','{"tags": {"loader": "experiments.datasets:iris"}}',NULL,'{"num_rows": 150, "n_train": 90, "n_validation": 30, "n_test": 30, "task": "multiclass", "n_features": 4, "target": "species"}');
CREATE TABLE endpoint_bindings (
	endpoint_id VARCHAR(36) NOT NULL, 
	resource_type VARCHAR(50) NOT NULL, 
	resource_id VARCHAR(255) NOT NULL, 
	created_at BIGINT NOT NULL, 
	created_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), display_name VARCHAR(255), 
	CONSTRAINT endpoint_bindings_pk PRIMARY KEY (endpoint_id, resource_type, resource_id), 
	CONSTRAINT fk_endpoint_bindings_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
);
CREATE TABLE endpoint_model_mappings (
	mapping_id VARCHAR(36) NOT NULL, 
	endpoint_id VARCHAR(36) NOT NULL, 
	model_definition_id VARCHAR(36) NOT NULL, 
	weight FLOAT NOT NULL, 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, linkage_type VARCHAR(64) DEFAULT 'PRIMARY' NOT NULL, fallback_order INTEGER, 
	CONSTRAINT endpoint_model_mappings_pk PRIMARY KEY (mapping_id), 
	CONSTRAINT fk_endpoint_model_mappings_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE, 
	CONSTRAINT fk_endpoint_model_mappings_model_definition_id FOREIGN KEY(model_definition_id) REFERENCES model_definitions (model_definition_id)
);
CREATE TABLE endpoint_tags (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	endpoint_id VARCHAR(36) NOT NULL, 
	CONSTRAINT endpoint_tag_pk PRIMARY KEY ("key", endpoint_id), 
	CONSTRAINT fk_endpoint_tags_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
);
CREATE TABLE "endpoints" (
	endpoint_id VARCHAR(36) NOT NULL, 
	name VARCHAR(255), 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	routing_strategy VARCHAR(64), 
	fallback_config_json TEXT, 
	experiment_id INTEGER, 
	usage_tracking BOOLEAN DEFAULT '0' NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT endpoints_pk PRIMARY KEY (endpoint_id), 
	CONSTRAINT fk_endpoints_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE SET NULL, 
	CONSTRAINT uq_endpoints_workspace_name UNIQUE (workspace, name)
);
CREATE TABLE entity_associations (
	association_id VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, 
	created_time BIGINT, 
	CONSTRAINT entity_associations_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
CREATE TABLE "evaluation_dataset_records" (
	dataset_record_id VARCHAR(36) NOT NULL, 
	dataset_id VARCHAR(36) NOT NULL, 
	inputs JSON NOT NULL, 
	expectations JSON, 
	tags JSON, 
	source JSON, 
	source_id VARCHAR(36), 
	source_type VARCHAR(255), 
	created_time BIGINT, 
	last_update_time BIGINT, 
	created_by VARCHAR(255), 
	last_updated_by VARCHAR(255), 
	input_hash VARCHAR(64) NOT NULL, outputs JSON, 
	CONSTRAINT evaluation_dataset_records_pk PRIMARY KEY (dataset_record_id), 
	CONSTRAINT fk_evaluation_dataset_records_dataset_id FOREIGN KEY(dataset_id) REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE, 
	CONSTRAINT unique_dataset_input UNIQUE (dataset_id, input_hash)
);
CREATE TABLE evaluation_dataset_tags (
	dataset_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	value VARCHAR(5000), 
	CONSTRAINT evaluation_dataset_tags_pk PRIMARY KEY (dataset_id, "key"), 
	CONSTRAINT fk_evaluation_dataset_tags_dataset_id FOREIGN KEY(dataset_id) REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE
);
CREATE TABLE "evaluation_datasets" (
	dataset_id VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	schema TEXT, 
	profile TEXT, 
	digest VARCHAR(64), 
	created_time BIGINT, 
	last_update_time BIGINT, 
	created_by VARCHAR(255), 
	last_updated_by VARCHAR(255), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT evaluation_datasets_pk PRIMARY KEY (dataset_id)
);
CREATE TABLE "experiment_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
	experiment_id INTEGER NOT NULL, 
	CONSTRAINT experiment_tag_pk PRIMARY KEY ("key", experiment_id), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
INSERT INTO "experiment_tags" VALUES('mlflow.experimentKind','custom_model_development',1);
INSERT INTO "experiment_tags" VALUES('mlflow.experimentKind','custom_model_development',2);
CREATE TABLE "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
INSERT INTO "experiments" VALUES(0,'Default','{mlruns}/0','active',1795714712816,1795714712816,'default');
INSERT INTO "experiments" VALUES(1,'old_study','file://{mlruns}/artifacts/old_study','active',1795714714870,1795714714870,'default');
INSERT INTO "experiments" VALUES(2,'old_interrupted','file://{mlruns}/artifacts/old_interrupted','active',1795714747897,1795714747897,'default');
CREATE TABLE guardrail_configs (
	endpoint_id VARCHAR(36) NOT NULL, 
	guardrail_id VARCHAR(36) NOT NULL, 
	execution_order INTEGER, 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT guardrail_configs_pk PRIMARY KEY (endpoint_id, guardrail_id), 
	CONSTRAINT fk_guardrail_configs_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE CASCADE, 
	CONSTRAINT fk_guardrail_configs_guardrail_id FOREIGN KEY(guardrail_id) REFERENCES guardrails (guardrail_id) ON DELETE CASCADE
);
CREATE TABLE guardrails (
	guardrail_id VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	scorer_id VARCHAR(36) NOT NULL, 
	scorer_version INTEGER NOT NULL, 
	stage VARCHAR(32) NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	action_endpoint_id VARCHAR(36), 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT guardrails_pk PRIMARY KEY (guardrail_id), 
	CONSTRAINT fk_guardrails_scorer_version FOREIGN KEY(scorer_id, scorer_version) REFERENCES scorer_versions (scorer_id, scorer_version), 
	CONSTRAINT fk_guardrails_action_endpoint_id FOREIGN KEY(action_endpoint_id) REFERENCES endpoints (endpoint_id) ON DELETE SET NULL
);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
INSERT INTO "input_tags" VALUES('fa37a131a45c49b0a15ec1d6ec150041','mlflow.data.context','training');
INSERT INTO "input_tags" VALUES('b50250ee5461405e8eebd3dba8219341','mlflow.data.context','training');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
INSERT INTO "inputs" VALUES('fa37a131a45c49b0a15ec1d6ec150041','DATASET','8aab5fe2273b4d8295be1e7ac32c172c','RUN','958d3c6ba3364f8580df5e75569155aa',0);
INSERT INTO "inputs" VALUES('4d799dc7cf154e20b5cc5d711c34524c','RUN_OUTPUT','958d3c6ba3364f8580df5e75569155aa','MODEL_OUTPUT','m-0a3165911b3242c0900ffec4dc47d34f',0);
INSERT INTO "inputs" VALUES('b50250ee5461405e8eebd3dba8219341','DATASET','32489586365a41e0943726556a44971b','RUN','e65e3220ed444a03bffa7e2148b7b50c',0);
CREATE TABLE issues (
	issue_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	description TEXT NOT NULL, 
	status VARCHAR(50) NOT NULL, 
	severity VARCHAR(50), 
	root_causes TEXT, 
	source_run_id VARCHAR(32), 
	categories TEXT, 
	created_timestamp BIGINT NOT NULL, 
	last_updated_timestamp BIGINT NOT NULL, 
	created_by VARCHAR(255), 
	CONSTRAINT issues_pk PRIMARY KEY (issue_id), 
	CONSTRAINT fk_issues_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE, 
	CONSTRAINT fk_issues_source_run_id FOREIGN KEY(source_run_id) REFERENCES runs (run_uuid) ON DELETE SET NULL
);
CREATE TABLE job_locks (
	lock_key VARCHAR(255) NOT NULL, 
	job_id VARCHAR(36) NOT NULL, 
	acquired_at BIGINT NOT NULL, 
	CONSTRAINT job_locks_pk PRIMARY KEY (lock_key), 
	CONSTRAINT fk_job_locks_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
CREATE TABLE "jobs" (
	id VARCHAR(36) NOT NULL, 
	creation_time BIGINT NOT NULL, 
	job_name VARCHAR(500) NOT NULL, 
	params TEXT NOT NULL, 
	timeout FLOAT, 
	status INTEGER NOT NULL, 
	result TEXT, 
	retry_count INTEGER NOT NULL, 
	last_update_time BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, status_details JSON, creator VARCHAR(255), executor_backend VARCHAR(255), lease_expires_at BIGINT, status_message TEXT, progress JSON, progress_updated_at BIGINT, token_hash VARCHAR(64), scoped_permissions JSON, next_attempt_at BIGINT, 
	CONSTRAINT jobs_pk PRIMARY KEY (id)
);
CREATE TABLE label_schemas (
	schema_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	type VARCHAR(16) NOT NULL, 
	instruction TEXT, 
	enable_comment BOOLEAN DEFAULT '0' NOT NULL, 
	input_type VARCHAR(32) NOT NULL, 
	input_config TEXT NOT NULL, 
	created_by VARCHAR(255), 
	created_time BIGINT NOT NULL, 
	last_update_time BIGINT NOT NULL, 
	is_default BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT label_schemas_pk PRIMARY KEY (schema_id), 
	CONSTRAINT fk_label_schemas_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE, 
	CONSTRAINT uq_label_schemas_exp_name UNIQUE (experiment_id, name)
);
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "latest_metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715870,5,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('loss',1.01015187799930572509e-01,1795714715870,5,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('accuracy',9.55555558204650878906e-01,1795714715870,5,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('val_loss',7.99102902412414550781e-01,1795714715870,5,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714715870,5,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('value',9.66666638851165771484e-01,1795714715902,0,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('best_epoch',3.0,1795714715902,0,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('seconds',9.26276680999990276177e-01,1795714715902,0,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('n_parameters',75.0,1795714715902,0,0,'4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "latest_metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716074,5,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('loss',7.03524529933929443359e-01,1795714716074,5,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('accuracy',7.88888871669769287109e-01,1795714716074,5,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('val_loss',7.24680066108703613281e-01,1795714716074,5,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714716074,5,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('value',6.33333325386047363281e-01,1795714716105,0,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('best_epoch',1.0,1795714716105,0,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('seconds',1.13842513699995606657e+00,1795714716105,0,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('n_parameters',15.0,1795714716105,0,0,'df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "latest_metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716712,5,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('loss',1.15130889415740966796e+00,1795714716712,5,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('accuracy',3.44444453716278076171e-01,1795714716712,5,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('val_loss',1.25385415554046630859e+00,1795714716712,5,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716712,5,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('value',3.33333343267440795898e-01,1795714716712,0,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('best_epoch',1.0,1795714716712,0,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('seconds',7.87687598000047728419e-01,1795714716712,0,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('n_parameters',83.0,1795714716712,0,0,'b32e804934844dadb329ddb035033e7f');
INSERT INTO "latest_metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717487,5,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('loss',6.42071217298507690429e-02,1795714717487,5,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('accuracy',9.88888859748840332031e-01,1795714717487,5,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('val_loss',2.34974056482315063476e-01,1795714717487,5,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717487,5,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('value',9.33333337306976318359e-01,1795714717488,0,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('best_epoch',3.0,1795714717488,0,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('seconds',1.36837345099996809949e+00,1795714717488,0,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('n_parameters',223.0,1795714717488,0,0,'ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "latest_metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717984,5,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('loss',5.62691427767276763916e-02,1795714717984,5,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('accuracy',9.66666638851165771484e-01,1795714717984,5,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('val_loss',6.46952092647552490234e-01,1795714717984,5,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714717984,5,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('value',9.66666638851165771484e-01,1795714717985,0,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('best_epoch',2.0,1795714717985,0,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('seconds',1.25114480199999889009e+00,1795714717985,0,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('n_parameters',67.0,1795714717985,0,0,'9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "latest_metrics" VALUES('learning_rate',4.67190739411513580869e-03,1795714718434,2,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('loss',7.31206417083740234375e-01,1795714718434,2,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('accuracy',7.55555570125579833984e-01,1795714718434,2,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('val_loss',0.752829372882843,1795714718434,2,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('val_accuracy',7.66666650772094726562e-01,1795714718434,2,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('value',7.66666650772094726562e-01,1795714718435,0,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('best_epoch',2.0,1795714718435,0,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('seconds',9.190738140000007661e-01,1795714718435,0,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('n_parameters',35.0,1795714718435,0,0,'562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "latest_metrics" VALUES('learning_rate',5.33093990354929325725e-01,1795714718860,2,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('loss',3.86534869670867919921e-01,1795714718860,2,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('accuracy',8.33333313465118408203e-01,1795714718860,2,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('val_loss',3.598766326904296875e-01,1795714718860,2,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('val_accuracy',8.66666674613952636718e-01,1795714718860,2,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('value',8.66666674613952636718e-01,1795714718861,0,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('best_epoch',2.0,1795714718861,0,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('seconds',8.55820276999963880371e-01,1795714718861,0,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('n_parameters',15.0,1795714718861,0,0,'f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "latest_metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719275,5,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('loss',1.44589141011238098144e-01,1795714719275,5,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('accuracy',9.44444417953491210937e-01,1795714719275,5,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('val_loss',4.73368048667907714843e-01,1795714719275,5,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('val_accuracy',8.66666674613952636718e-01,1795714719275,5,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('value',9.66666638851165771484e-01,1795714719277,0,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('best_epoch',1.0,1795714719277,0,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('seconds',8.20661979999954382947e-01,1795714719277,0,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('n_parameters',35.0,1795714719277,0,0,'62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "latest_metrics" VALUES('n_trials_complete',6.0,1795714736488,8,0,'958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "latest_metrics" VALUES('n_trials_pruned',2.0,1795714736488,8,0,'958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "latest_metrics" VALUES('test_accuracy',9.33333333333333348136e-01,1795714736488,8,0,'958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "latest_metrics" VALUES('test_loss',3.32674205303192138671e-01,1795714736488,8,0,'958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "latest_metrics" VALUES('best_value',9.66666638851165771484e-01,1795714736488,8,0,'958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "latest_metrics" VALUES('learning_rate',4.40340494900777132403e-03,1795714748562,2,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('loss',1.00489854812622070312e+00,1795714748562,2,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('accuracy',5.77777802944183349609e-01,1795714748562,2,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('val_loss',0.99920654296875,1795714748562,2,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714748562,2,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('value',0.99920654296875,1795714748584,0,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('best_epoch',2.0,1795714748584,0,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('seconds',6.10870832999978574662e-01,1795714748584,0,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('n_parameters',51.0,1795714748584,0,0,'b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "latest_metrics" VALUES('learning_rate',6.22969632299846896167e-03,1795714748895,1,0,'891918428bea444f8772b5e14c40ff7a');
INSERT INTO "latest_metrics" VALUES('loss',1.0290317535400390625e+00,1795714748895,1,0,'891918428bea444f8772b5e14c40ff7a');
INSERT INTO "latest_metrics" VALUES('accuracy',3.00000011920928955078e-01,1795714748895,1,0,'891918428bea444f8772b5e14c40ff7a');
INSERT INTO "latest_metrics" VALUES('val_loss',9.58356022834777832031e-01,1795714748895,1,0,'891918428bea444f8772b5e14c40ff7a');
INSERT INTO "latest_metrics" VALUES('val_accuracy',4.66666668653488159179e-01,1795714748895,1,0,'891918428bea444f8772b5e14c40ff7a');
INSERT INTO "latest_metrics" VALUES('n_trials_complete',1.0,1795714749176,4,0,'e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "latest_metrics" VALUES('n_trials_interrupted',3.0,1795714749176,4,0,'e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "latest_metrics" VALUES('best_value',0.99920654296875,1795714749176,4,0,'e65e3220ed444a03bffa7e2148b7b50c');
CREATE TABLE logged_model_metrics (
	model_id VARCHAR(36) NOT NULL, 
	metric_name VARCHAR(500) NOT NULL, 
	metric_timestamp_ms BIGINT NOT NULL, 
	metric_step BIGINT NOT NULL, 
	metric_value FLOAT, 
	experiment_id INTEGER NOT NULL, 
	run_id VARCHAR(32) NOT NULL, 
	dataset_uuid VARCHAR(36), 
	dataset_name VARCHAR(500), 
	dataset_digest VARCHAR(36), 
	CONSTRAINT logged_model_metrics_pk PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id), 
	CONSTRAINT fk_logged_model_metrics_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_metrics_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE, 
	CONSTRAINT fk_logged_model_metrics_run_id FOREIGN KEY(run_id) REFERENCES runs (run_uuid) ON DELETE CASCADE
);
CREATE TABLE logged_model_params (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	param_key VARCHAR(255) NOT NULL, 
	param_value TEXT NOT NULL, 
	CONSTRAINT logged_model_params_pk PRIMARY KEY (model_id, param_key), 
	CONSTRAINT fk_logged_model_params_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_params_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_params" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'n_hidden','1');
INSERT INTO "logged_model_params" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'n_neurons','9');
INSERT INTO "logged_model_params" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'activation','relu');
INSERT INTO "logged_model_params" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'batch_size','16');
INSERT INTO "logged_model_params" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'learning_rate','0.9533063475097157');
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'perceptune.study','old_study');
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'perceptune.parent_run_id','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'perceptune.trial','1');
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'perceptune.metric','val_accuracy');
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'perceptune.value','0.9666666388511658');
INSERT INTO "logged_model_tags" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'mlflow.modelVersions','[{"name": "old_study", "version": 1}]');
CREATE TABLE logged_models (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	artifact_location VARCHAR(1000) NOT NULL, 
	creation_timestamp_ms BIGINT NOT NULL, 
	last_updated_timestamp_ms BIGINT NOT NULL, 
	status INTEGER NOT NULL, 
	lifecycle_stage VARCHAR(32), 
	model_type VARCHAR(500), 
	source_run_id VARCHAR(32), 
	status_message VARCHAR(1000), 
	CONSTRAINT logged_models_pk PRIMARY KEY (model_id), 
	CONSTRAINT logged_models_lifecycle_stage_check CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT fk_logged_models_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
INSERT INTO "logged_models" VALUES('m-0a3165911b3242c0900ffec4dc47d34f',1,'champion','file://{mlruns}/artifacts/old_study/models/m-0a3165911b3242c0900ffec4dc47d34f/artifacts',1795714733764,1795714733819,2,'active','keras','958d3c6ba3364f8580df5e75569155aa',NULL);
CREATE TABLE mcp_access_endpoints (
	id VARCHAR(36) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	server_name VARCHAR(256) NOT NULL, 
	server_version VARCHAR(128), 
	server_alias VARCHAR(256), 
	url VARCHAR(2048) NOT NULL, 
	transport_type VARCHAR(32) DEFAULT 'streamable-http' NOT NULL, 
	created_by VARCHAR(256), 
	last_updated_by VARCHAR(256), 
	created_at BIGINT NOT NULL, 
	last_updated_at BIGINT NOT NULL, 
	CONSTRAINT mcp_access_endpoints_pk PRIMARY KEY (id), 
	CONSTRAINT mcp_access_endpoints_server_fkey FOREIGN KEY(workspace, server_name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_aliases (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	alias VARCHAR(256) NOT NULL, 
	version VARCHAR(128) NOT NULL, 
	CONSTRAINT mcp_server_aliases_pk PRIMARY KEY (workspace, name, alias), 
	CONSTRAINT mcp_server_aliases_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_tags (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	CONSTRAINT mcp_server_tags_pk PRIMARY KEY (workspace, name, "key"), 
	CONSTRAINT mcp_server_tags_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_version_tags (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	version VARCHAR(128) NOT NULL, 
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	CONSTRAINT mcp_server_version_tags_pk PRIMARY KEY (workspace, name, version, "key"), 
	CONSTRAINT mcp_server_version_tags_version_fkey FOREIGN KEY(workspace, name, version) REFERENCES mcp_server_versions (workspace, name, version) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_server_versions (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	version VARCHAR(128) NOT NULL, 
	version_major INTEGER NOT NULL, 
	version_minor INTEGER NOT NULL, 
	version_patch INTEGER NOT NULL, 
	version_prerelease_sort_key VARCHAR(512) NOT NULL, 
	server_json JSON NOT NULL, 
	status VARCHAR(20) DEFAULT 'draft' NOT NULL, 
	tools JSON, 
	source VARCHAR(512), 
	connect_options JSON, 
	created_by VARCHAR(256), 
	last_updated_by VARCHAR(256), 
	created_at BIGINT NOT NULL, 
	last_updated_at BIGINT NOT NULL, 
	CONSTRAINT mcp_server_versions_pk PRIMARY KEY (workspace, name, version), 
	CONSTRAINT mcp_server_versions_server_fkey FOREIGN KEY(workspace, name) REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE mcp_servers (
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	display_name VARCHAR(256), 
	description TEXT, 
	icons JSON, 
	created_by VARCHAR(256), 
	last_updated_by VARCHAR(256), 
	created_at BIGINT NOT NULL, 
	last_updated_at BIGINT NOT NULL, 
	CONSTRAINT mcp_servers_pk PRIMARY KEY (workspace, name)
);
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO "metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715851,'4c09910a3aea4f5693561d22f14c1c56',1,0);
INSERT INTO "metrics" VALUES('loss',2.03615784645080566406e+00,1795714715851,'4c09910a3aea4f5693561d22f14c1c56',1,0);
INSERT INTO "metrics" VALUES('accuracy',0.699999988079071,1795714715851,'4c09910a3aea4f5693561d22f14c1c56',1,0);
INSERT INTO "metrics" VALUES('val_loss',5.28006076812744140625e+00,1795714715851,'4c09910a3aea4f5693561d22f14c1c56',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.33333313465118408203e-01,1795714715851,'4c09910a3aea4f5693561d22f14c1c56',1,0);
INSERT INTO "metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715857,'4c09910a3aea4f5693561d22f14c1c56',2,0);
INSERT INTO "metrics" VALUES('loss',1.71182656288146972656e+00,1795714715857,'4c09910a3aea4f5693561d22f14c1c56',2,0);
INSERT INTO "metrics" VALUES('accuracy',0.855555534362793,1795714715857,'4c09910a3aea4f5693561d22f14c1c56',2,0);
INSERT INTO "metrics" VALUES('val_loss',6.52567803859710693359e-01,1795714715857,'4c09910a3aea4f5693561d22f14c1c56',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714715857,'4c09910a3aea4f5693561d22f14c1c56',2,0);
INSERT INTO "metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715862,'4c09910a3aea4f5693561d22f14c1c56',3,0);
INSERT INTO "metrics" VALUES('loss',6.06785356998443603515e-01,1795714715862,'4c09910a3aea4f5693561d22f14c1c56',3,0);
INSERT INTO "metrics" VALUES('accuracy',9.44444417953491210937e-01,1795714715862,'4c09910a3aea4f5693561d22f14c1c56',3,0);
INSERT INTO "metrics" VALUES('val_loss',4.1847190260887145996e-01,1795714715862,'4c09910a3aea4f5693561d22f14c1c56',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.66666638851165771484e-01,1795714715862,'4c09910a3aea4f5693561d22f14c1c56',3,0);
INSERT INTO "metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715866,'4c09910a3aea4f5693561d22f14c1c56',4,0);
INSERT INTO "metrics" VALUES('loss',3.11780899763107299804e-01,1795714715866,'4c09910a3aea4f5693561d22f14c1c56',4,0);
INSERT INTO "metrics" VALUES('accuracy',9.55555558204650878906e-01,1795714715866,'4c09910a3aea4f5693561d22f14c1c56',4,0);
INSERT INTO "metrics" VALUES('val_loss',3.10870081186294555664e-01,1795714715866,'4c09910a3aea4f5693561d22f14c1c56',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714715866,'4c09910a3aea4f5693561d22f14c1c56',4,0);
INSERT INTO "metrics" VALUES('learning_rate',9.5330634750971565694e-01,1795714715870,'4c09910a3aea4f5693561d22f14c1c56',5,0);
INSERT INTO "metrics" VALUES('loss',1.01015187799930572509e-01,1795714715870,'4c09910a3aea4f5693561d22f14c1c56',5,0);
INSERT INTO "metrics" VALUES('accuracy',9.55555558204650878906e-01,1795714715870,'4c09910a3aea4f5693561d22f14c1c56',5,0);
INSERT INTO "metrics" VALUES('val_loss',7.99102902412414550781e-01,1795714715870,'4c09910a3aea4f5693561d22f14c1c56',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714715870,'4c09910a3aea4f5693561d22f14c1c56',5,0);
INSERT INTO "metrics" VALUES('value',9.66666638851165771484e-01,1795714715902,'4c09910a3aea4f5693561d22f14c1c56',0,0);
INSERT INTO "metrics" VALUES('best_epoch',3.0,1795714715902,'4c09910a3aea4f5693561d22f14c1c56',0,0);
INSERT INTO "metrics" VALUES('seconds',9.26276680999990276177e-01,1795714715902,'4c09910a3aea4f5693561d22f14c1c56',0,0);
INSERT INTO "metrics" VALUES('n_parameters',75.0,1795714715902,'4c09910a3aea4f5693561d22f14c1c56',0,0);
INSERT INTO "metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716052,'df6d7f50cbe6470bb46a7b2839a267d1',1,0);
INSERT INTO "metrics" VALUES('loss',0.915917694568634,1795714716052,'df6d7f50cbe6470bb46a7b2839a267d1',1,0);
INSERT INTO "metrics" VALUES('accuracy',5.88888883590698242187e-01,1795714716052,'df6d7f50cbe6470bb46a7b2839a267d1',1,0);
INSERT INTO "metrics" VALUES('val_loss',9.17665243148803710937e-01,1795714716052,'df6d7f50cbe6470bb46a7b2839a267d1',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714716052,'df6d7f50cbe6470bb46a7b2839a267d1',1,0);
INSERT INTO "metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716060,'df6d7f50cbe6470bb46a7b2839a267d1',2,0);
INSERT INTO "metrics" VALUES('loss',0.853703498840332,1795714716060,'df6d7f50cbe6470bb46a7b2839a267d1',2,0);
INSERT INTO "metrics" VALUES('accuracy',6.22222244739532470703e-01,1795714716060,'df6d7f50cbe6470bb46a7b2839a267d1',2,0);
INSERT INTO "metrics" VALUES('val_loss',8.60898196697235107421e-01,1795714716060,'df6d7f50cbe6470bb46a7b2839a267d1',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714716060,'df6d7f50cbe6470bb46a7b2839a267d1',2,0);
INSERT INTO "metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716065,'df6d7f50cbe6470bb46a7b2839a267d1',3,0);
INSERT INTO "metrics" VALUES('loss',8.00893545150756835937e-01,1795714716065,'df6d7f50cbe6470bb46a7b2839a267d1',3,0);
INSERT INTO "metrics" VALUES('accuracy',0.699999988079071,1795714716065,'df6d7f50cbe6470bb46a7b2839a267d1',3,0);
INSERT INTO "metrics" VALUES('val_loss',0.810031533241272,1795714716065,'df6d7f50cbe6470bb46a7b2839a267d1',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.00000023841857910156e-01,1795714716065,'df6d7f50cbe6470bb46a7b2839a267d1',3,0);
INSERT INTO "metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716069,'df6d7f50cbe6470bb46a7b2839a267d1',4,0);
INSERT INTO "metrics" VALUES('loss',7.48430132865905761718e-01,1795714716069,'df6d7f50cbe6470bb46a7b2839a267d1',4,0);
INSERT INTO "metrics" VALUES('accuracy',7.77777791023254394531e-01,1795714716069,'df6d7f50cbe6470bb46a7b2839a267d1',4,0);
INSERT INTO "metrics" VALUES('val_loss',7.647228240966796875e-01,1795714716069,'df6d7f50cbe6470bb46a7b2839a267d1',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.00000023841857910156e-01,1795714716069,'df6d7f50cbe6470bb46a7b2839a267d1',4,0);
INSERT INTO "metrics" VALUES('learning_rate',8.50757536438052734684e-03,1795714716074,'df6d7f50cbe6470bb46a7b2839a267d1',5,0);
INSERT INTO "metrics" VALUES('loss',7.03524529933929443359e-01,1795714716074,'df6d7f50cbe6470bb46a7b2839a267d1',5,0);
INSERT INTO "metrics" VALUES('accuracy',7.88888871669769287109e-01,1795714716074,'df6d7f50cbe6470bb46a7b2839a267d1',5,0);
INSERT INTO "metrics" VALUES('val_loss',7.24680066108703613281e-01,1795714716074,'df6d7f50cbe6470bb46a7b2839a267d1',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714716074,'df6d7f50cbe6470bb46a7b2839a267d1',5,0);
INSERT INTO "metrics" VALUES('value',6.33333325386047363281e-01,1795714716105,'df6d7f50cbe6470bb46a7b2839a267d1',0,0);
INSERT INTO "metrics" VALUES('best_epoch',1.0,1795714716105,'df6d7f50cbe6470bb46a7b2839a267d1',0,0);
INSERT INTO "metrics" VALUES('seconds',1.13842513699995606657e+00,1795714716105,'df6d7f50cbe6470bb46a7b2839a267d1',0,0);
INSERT INTO "metrics" VALUES('n_parameters',15.0,1795714716105,'df6d7f50cbe6470bb46a7b2839a267d1',0,0);
INSERT INTO "metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716697,'b32e804934844dadb329ddb035033e7f',1,0);
INSERT INTO "metrics" VALUES('loss',1.22059237957000732421e+00,1795714716697,'b32e804934844dadb329ddb035033e7f',1,0);
INSERT INTO "metrics" VALUES('accuracy',3.44444453716278076171e-01,1795714716697,'b32e804934844dadb329ddb035033e7f',1,0);
INSERT INTO "metrics" VALUES('val_loss',1.33623349666595458984e+00,1795714716697,'b32e804934844dadb329ddb035033e7f',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716697,'b32e804934844dadb329ddb035033e7f',1,0);
INSERT INTO "metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716701,'b32e804934844dadb329ddb035033e7f',2,0);
INSERT INTO "metrics" VALUES('loss',1.20239210128784179687e+00,1795714716701,'b32e804934844dadb329ddb035033e7f',2,0);
INSERT INTO "metrics" VALUES('accuracy',3.44444453716278076171e-01,1795714716701,'b32e804934844dadb329ddb035033e7f',2,0);
INSERT INTO "metrics" VALUES('val_loss',1.31459975242614746093e+00,1795714716701,'b32e804934844dadb329ddb035033e7f',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716701,'b32e804934844dadb329ddb035033e7f',2,0);
INSERT INTO "metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716705,'b32e804934844dadb329ddb035033e7f',3,0);
INSERT INTO "metrics" VALUES('loss',1.18437421321868896484e+00,1795714716705,'b32e804934844dadb329ddb035033e7f',3,0);
INSERT INTO "metrics" VALUES('accuracy',3.33333343267440795898e-01,1795714716705,'b32e804934844dadb329ddb035033e7f',3,0);
INSERT INTO "metrics" VALUES('val_loss',1.29372572898864746093e+00,1795714716705,'b32e804934844dadb329ddb035033e7f',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716705,'b32e804934844dadb329ddb035033e7f',3,0);
INSERT INTO "metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716708,'b32e804934844dadb329ddb035033e7f',4,0);
INSERT INTO "metrics" VALUES('loss',1.16791224479675292968e+00,1795714716708,'b32e804934844dadb329ddb035033e7f',4,0);
INSERT INTO "metrics" VALUES('accuracy',3.44444453716278076171e-01,1795714716708,'b32e804934844dadb329ddb035033e7f',4,0);
INSERT INTO "metrics" VALUES('val_loss',1.2734895944595336914e+00,1795714716708,'b32e804934844dadb329ddb035033e7f',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716708,'b32e804934844dadb329ddb035033e7f',4,0);
INSERT INTO "metrics" VALUES('learning_rate',1.19893465586715965154e-03,1795714716712,'b32e804934844dadb329ddb035033e7f',5,0);
INSERT INTO "metrics" VALUES('loss',1.15130889415740966796e+00,1795714716712,'b32e804934844dadb329ddb035033e7f',5,0);
INSERT INTO "metrics" VALUES('accuracy',3.44444453716278076171e-01,1795714716712,'b32e804934844dadb329ddb035033e7f',5,0);
INSERT INTO "metrics" VALUES('val_loss',1.25385415554046630859e+00,1795714716712,'b32e804934844dadb329ddb035033e7f',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',3.33333343267440795898e-01,1795714716712,'b32e804934844dadb329ddb035033e7f',5,0);
INSERT INTO "metrics" VALUES('value',3.33333343267440795898e-01,1795714716712,'b32e804934844dadb329ddb035033e7f',0,0);
INSERT INTO "metrics" VALUES('best_epoch',1.0,1795714716712,'b32e804934844dadb329ddb035033e7f',0,0);
INSERT INTO "metrics" VALUES('seconds',7.87687598000047728419e-01,1795714716712,'b32e804934844dadb329ddb035033e7f',0,0);
INSERT INTO "metrics" VALUES('n_parameters',83.0,1795714716712,'b32e804934844dadb329ddb035033e7f',0,0);
INSERT INTO "metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717455,'ed4f9734c5054d51b0a4a7ca78854813',1,0);
INSERT INTO "metrics" VALUES('loss',7.17362523078918457031e-01,1795714717455,'ed4f9734c5054d51b0a4a7ca78854813',1,0);
INSERT INTO "metrics" VALUES('accuracy',6.55555546283721923828e-01,1795714717455,'ed4f9734c5054d51b0a4a7ca78854813',1,0);
INSERT INTO "metrics" VALUES('val_loss',4.2909774184226989746e-01,1795714717455,'ed4f9734c5054d51b0a4a7ca78854813',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',0.800000011920929,1795714717455,'ed4f9734c5054d51b0a4a7ca78854813',1,0);
INSERT INTO "metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717464,'ed4f9734c5054d51b0a4a7ca78854813',2,0);
INSERT INTO "metrics" VALUES('loss',2.47869700193405151367e-01,1795714717464,'ed4f9734c5054d51b0a4a7ca78854813',2,0);
INSERT INTO "metrics" VALUES('accuracy',8.99999976158142089843e-01,1795714717464,'ed4f9734c5054d51b0a4a7ca78854813',2,0);
INSERT INTO "metrics" VALUES('val_loss',2.53992170095443725585e-01,1795714717464,'ed4f9734c5054d51b0a4a7ca78854813',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714717464,'ed4f9734c5054d51b0a4a7ca78854813',2,0);
INSERT INTO "metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717473,'ed4f9734c5054d51b0a4a7ca78854813',3,0);
INSERT INTO "metrics" VALUES('loss',1.07806034386157989501e-01,1795714717473,'ed4f9734c5054d51b0a4a7ca78854813',3,0);
INSERT INTO "metrics" VALUES('accuracy',9.77777779102325439453e-01,1795714717473,'ed4f9734c5054d51b0a4a7ca78854813',3,0);
INSERT INTO "metrics" VALUES('val_loss',1.87783703207969665527e-01,1795714717473,'ed4f9734c5054d51b0a4a7ca78854813',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717473,'ed4f9734c5054d51b0a4a7ca78854813',3,0);
INSERT INTO "metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717480,'ed4f9734c5054d51b0a4a7ca78854813',4,0);
INSERT INTO "metrics" VALUES('loss',6.51910006999969482421e-02,1795714717480,'ed4f9734c5054d51b0a4a7ca78854813',4,0);
INSERT INTO "metrics" VALUES('accuracy',9.88888859748840332031e-01,1795714717480,'ed4f9734c5054d51b0a4a7ca78854813',4,0);
INSERT INTO "metrics" VALUES('val_loss',2.24475562572479248046e-01,1795714717480,'ed4f9734c5054d51b0a4a7ca78854813',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717480,'ed4f9734c5054d51b0a4a7ca78854813',4,0);
INSERT INTO "metrics" VALUES('learning_rate',4.62551750942622186268e-02,1795714717487,'ed4f9734c5054d51b0a4a7ca78854813',5,0);
INSERT INTO "metrics" VALUES('loss',6.42071217298507690429e-02,1795714717487,'ed4f9734c5054d51b0a4a7ca78854813',5,0);
INSERT INTO "metrics" VALUES('accuracy',9.88888859748840332031e-01,1795714717487,'ed4f9734c5054d51b0a4a7ca78854813',5,0);
INSERT INTO "metrics" VALUES('val_loss',2.34974056482315063476e-01,1795714717487,'ed4f9734c5054d51b0a4a7ca78854813',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717487,'ed4f9734c5054d51b0a4a7ca78854813',5,0);
INSERT INTO "metrics" VALUES('value',9.33333337306976318359e-01,1795714717488,'ed4f9734c5054d51b0a4a7ca78854813',0,0);
INSERT INTO "metrics" VALUES('best_epoch',3.0,1795714717488,'ed4f9734c5054d51b0a4a7ca78854813',0,0);
INSERT INTO "metrics" VALUES('seconds',1.36837345099996809949e+00,1795714717488,'ed4f9734c5054d51b0a4a7ca78854813',0,0);
INSERT INTO "metrics" VALUES('n_parameters',223.0,1795714717488,'ed4f9734c5054d51b0a4a7ca78854813',0,0);
INSERT INTO "metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717941,'9e3aecdb6d884763bbe6baf034231f9e',1,0);
INSERT INTO "metrics" VALUES('loss',1.0614420175552368164e+00,1795714717941,'9e3aecdb6d884763bbe6baf034231f9e',1,0);
INSERT INTO "metrics" VALUES('accuracy',6.66666686534881591796e-01,1795714717941,'9e3aecdb6d884763bbe6baf034231f9e',1,0);
INSERT INTO "metrics" VALUES('val_loss',5.04526555538177490234e-01,1795714717941,'9e3aecdb6d884763bbe6baf034231f9e',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714717941,'9e3aecdb6d884763bbe6baf034231f9e',1,0);
INSERT INTO "metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717952,'9e3aecdb6d884763bbe6baf034231f9e',2,0);
INSERT INTO "metrics" VALUES('loss',2.33038604259490966796e-01,1795714717952,'9e3aecdb6d884763bbe6baf034231f9e',2,0);
INSERT INTO "metrics" VALUES('accuracy',9.33333337306976318359e-01,1795714717952,'9e3aecdb6d884763bbe6baf034231f9e',2,0);
INSERT INTO "metrics" VALUES('val_loss',8.24815705418586730957e-02,1795714717952,'9e3aecdb6d884763bbe6baf034231f9e',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.66666638851165771484e-01,1795714717952,'9e3aecdb6d884763bbe6baf034231f9e',2,0);
INSERT INTO "metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717957,'9e3aecdb6d884763bbe6baf034231f9e',3,0);
INSERT INTO "metrics" VALUES('loss',0.255971223115921,1795714717957,'9e3aecdb6d884763bbe6baf034231f9e',3,0);
INSERT INTO "metrics" VALUES('accuracy',9.55555558204650878906e-01,1795714717957,'9e3aecdb6d884763bbe6baf034231f9e',3,0);
INSERT INTO "metrics" VALUES('val_loss',1.75571829080581665039e-01,1795714717957,'9e3aecdb6d884763bbe6baf034231f9e',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717957,'9e3aecdb6d884763bbe6baf034231f9e',3,0);
INSERT INTO "metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717974,'9e3aecdb6d884763bbe6baf034231f9e',4,0);
INSERT INTO "metrics" VALUES('loss',3.70960712432861328125e-01,1795714717974,'9e3aecdb6d884763bbe6baf034231f9e',4,0);
INSERT INTO "metrics" VALUES('accuracy',9.33333337306976318359e-01,1795714717974,'9e3aecdb6d884763bbe6baf034231f9e',4,0);
INSERT INTO "metrics" VALUES('val_loss',3.44283550977706909179e-01,1795714717974,'9e3aecdb6d884763bbe6baf034231f9e',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.33333337306976318359e-01,1795714717974,'9e3aecdb6d884763bbe6baf034231f9e',4,0);
INSERT INTO "metrics" VALUES('learning_rate',6.36944699936220382063e-01,1795714717984,'9e3aecdb6d884763bbe6baf034231f9e',5,0);
INSERT INTO "metrics" VALUES('loss',5.62691427767276763916e-02,1795714717984,'9e3aecdb6d884763bbe6baf034231f9e',5,0);
INSERT INTO "metrics" VALUES('accuracy',9.66666638851165771484e-01,1795714717984,'9e3aecdb6d884763bbe6baf034231f9e',5,0);
INSERT INTO "metrics" VALUES('val_loss',6.46952092647552490234e-01,1795714717984,'9e3aecdb6d884763bbe6baf034231f9e',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714717984,'9e3aecdb6d884763bbe6baf034231f9e',5,0);
INSERT INTO "metrics" VALUES('value',9.66666638851165771484e-01,1795714717985,'9e3aecdb6d884763bbe6baf034231f9e',0,0);
INSERT INTO "metrics" VALUES('best_epoch',2.0,1795714717985,'9e3aecdb6d884763bbe6baf034231f9e',0,0);
INSERT INTO "metrics" VALUES('seconds',1.25114480199999889009e+00,1795714717985,'9e3aecdb6d884763bbe6baf034231f9e',0,0);
INSERT INTO "metrics" VALUES('n_parameters',67.0,1795714717985,'9e3aecdb6d884763bbe6baf034231f9e',0,0);
INSERT INTO "metrics" VALUES('learning_rate',4.67190739411513580869e-03,1795714718428,'562aae4c6bda4db0bdfe20451b9e901d',1,0);
INSERT INTO "metrics" VALUES('loss',7.81889855861663818359e-01,1795714718428,'562aae4c6bda4db0bdfe20451b9e901d',1,0);
INSERT INTO "metrics" VALUES('accuracy',7.1111112833023071289e-01,1795714718428,'562aae4c6bda4db0bdfe20451b9e901d',1,0);
INSERT INTO "metrics" VALUES('val_loss',8.00780475139617919921e-01,1795714718428,'562aae4c6bda4db0bdfe20451b9e901d',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',7.33333349227905273437e-01,1795714718428,'562aae4c6bda4db0bdfe20451b9e901d',1,0);
INSERT INTO "metrics" VALUES('learning_rate',4.67190739411513580869e-03,1795714718434,'562aae4c6bda4db0bdfe20451b9e901d',2,0);
INSERT INTO "metrics" VALUES('loss',7.31206417083740234375e-01,1795714718434,'562aae4c6bda4db0bdfe20451b9e901d',2,0);
INSERT INTO "metrics" VALUES('accuracy',7.55555570125579833984e-01,1795714718434,'562aae4c6bda4db0bdfe20451b9e901d',2,0);
INSERT INTO "metrics" VALUES('val_loss',0.752829372882843,1795714718434,'562aae4c6bda4db0bdfe20451b9e901d',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',7.66666650772094726562e-01,1795714718434,'562aae4c6bda4db0bdfe20451b9e901d',2,0);
INSERT INTO "metrics" VALUES('value',7.66666650772094726562e-01,1795714718435,'562aae4c6bda4db0bdfe20451b9e901d',0,0);
INSERT INTO "metrics" VALUES('best_epoch',2.0,1795714718435,'562aae4c6bda4db0bdfe20451b9e901d',0,0);
INSERT INTO "metrics" VALUES('seconds',9.190738140000007661e-01,1795714718435,'562aae4c6bda4db0bdfe20451b9e901d',0,0);
INSERT INTO "metrics" VALUES('n_parameters',35.0,1795714718435,'562aae4c6bda4db0bdfe20451b9e901d',0,0);
INSERT INTO "metrics" VALUES('learning_rate',5.33093990354929325725e-01,1795714718854,'f7b17c04d48e46c3ab8c69dd4c231e7f',1,0);
INSERT INTO "metrics" VALUES('loss',6.75025284290313720703e-01,1795714718854,'f7b17c04d48e46c3ab8c69dd4c231e7f',1,0);
INSERT INTO "metrics" VALUES('accuracy',6.88888907432556152343e-01,1795714718854,'f7b17c04d48e46c3ab8c69dd4c231e7f',1,0);
INSERT INTO "metrics" VALUES('val_loss',6.55504107475280761718e-01,1795714718854,'f7b17c04d48e46c3ab8c69dd4c231e7f',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.33333313465118408203e-01,1795714718854,'f7b17c04d48e46c3ab8c69dd4c231e7f',1,0);
INSERT INTO "metrics" VALUES('learning_rate',5.33093990354929325725e-01,1795714718860,'f7b17c04d48e46c3ab8c69dd4c231e7f',2,0);
INSERT INTO "metrics" VALUES('loss',3.86534869670867919921e-01,1795714718860,'f7b17c04d48e46c3ab8c69dd4c231e7f',2,0);
INSERT INTO "metrics" VALUES('accuracy',8.33333313465118408203e-01,1795714718860,'f7b17c04d48e46c3ab8c69dd4c231e7f',2,0);
INSERT INTO "metrics" VALUES('val_loss',3.598766326904296875e-01,1795714718860,'f7b17c04d48e46c3ab8c69dd4c231e7f',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.66666674613952636718e-01,1795714718860,'f7b17c04d48e46c3ab8c69dd4c231e7f',2,0);
INSERT INTO "metrics" VALUES('value',8.66666674613952636718e-01,1795714718861,'f7b17c04d48e46c3ab8c69dd4c231e7f',0,0);
INSERT INTO "metrics" VALUES('best_epoch',2.0,1795714718861,'f7b17c04d48e46c3ab8c69dd4c231e7f',0,0);
INSERT INTO "metrics" VALUES('seconds',8.55820276999963880371e-01,1795714718861,'f7b17c04d48e46c3ab8c69dd4c231e7f',0,0);
INSERT INTO "metrics" VALUES('n_parameters',15.0,1795714718861,'f7b17c04d48e46c3ab8c69dd4c231e7f',0,0);
INSERT INTO "metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719252,'62e7dc3bdf2a43e39976abb39cf853e1',1,0);
INSERT INTO "metrics" VALUES('loss',7.90867388248443603515e-01,1795714719252,'62e7dc3bdf2a43e39976abb39cf853e1',1,0);
INSERT INTO "metrics" VALUES('accuracy',0.644444465637207,1795714719252,'62e7dc3bdf2a43e39976abb39cf853e1',1,0);
INSERT INTO "metrics" VALUES('val_loss',1.24919824302196502685e-01,1795714719252,'62e7dc3bdf2a43e39976abb39cf853e1',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.66666638851165771484e-01,1795714719252,'62e7dc3bdf2a43e39976abb39cf853e1',1,0);
INSERT INTO "metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719257,'62e7dc3bdf2a43e39976abb39cf853e1',2,0);
INSERT INTO "metrics" VALUES('loss',2.56726980209350585937e-01,1795714719257,'62e7dc3bdf2a43e39976abb39cf853e1',2,0);
INSERT INTO "metrics" VALUES('accuracy',8.88888895511627197265e-01,1795714719257,'62e7dc3bdf2a43e39976abb39cf853e1',2,0);
INSERT INTO "metrics" VALUES('val_loss',9.19679403305053710937e-02,1795714719257,'62e7dc3bdf2a43e39976abb39cf853e1',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',9.66666638851165771484e-01,1795714719257,'62e7dc3bdf2a43e39976abb39cf853e1',2,0);
INSERT INTO "metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719263,'62e7dc3bdf2a43e39976abb39cf853e1',3,0);
INSERT INTO "metrics" VALUES('loss',1.79519519209861755371e-01,1795714719263,'62e7dc3bdf2a43e39976abb39cf853e1',3,0);
INSERT INTO "metrics" VALUES('accuracy',9.66666638851165771484e-01,1795714719263,'62e7dc3bdf2a43e39976abb39cf853e1',3,0);
INSERT INTO "metrics" VALUES('val_loss',2.44855552911758422851e-01,1795714719263,'62e7dc3bdf2a43e39976abb39cf853e1',3,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.66666674613952636718e-01,1795714719263,'62e7dc3bdf2a43e39976abb39cf853e1',3,0);
INSERT INTO "metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719269,'62e7dc3bdf2a43e39976abb39cf853e1',4,0);
INSERT INTO "metrics" VALUES('loss',8.19520875811576843261e-02,1795714719269,'62e7dc3bdf2a43e39976abb39cf853e1',4,0);
INSERT INTO "metrics" VALUES('accuracy',9.77777779102325439453e-01,1795714719269,'62e7dc3bdf2a43e39976abb39cf853e1',4,0);
INSERT INTO "metrics" VALUES('val_loss',3.3945089578628540039e-01,1795714719269,'62e7dc3bdf2a43e39976abb39cf853e1',4,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.99999976158142089843e-01,1795714719269,'62e7dc3bdf2a43e39976abb39cf853e1',4,0);
INSERT INTO "metrics" VALUES('learning_rate',4.41604377531530367662e-01,1795714719275,'62e7dc3bdf2a43e39976abb39cf853e1',5,0);
INSERT INTO "metrics" VALUES('loss',1.44589141011238098144e-01,1795714719275,'62e7dc3bdf2a43e39976abb39cf853e1',5,0);
INSERT INTO "metrics" VALUES('accuracy',9.44444417953491210937e-01,1795714719275,'62e7dc3bdf2a43e39976abb39cf853e1',5,0);
INSERT INTO "metrics" VALUES('val_loss',4.73368048667907714843e-01,1795714719275,'62e7dc3bdf2a43e39976abb39cf853e1',5,0);
INSERT INTO "metrics" VALUES('val_accuracy',8.66666674613952636718e-01,1795714719275,'62e7dc3bdf2a43e39976abb39cf853e1',5,0);
INSERT INTO "metrics" VALUES('value',9.66666638851165771484e-01,1795714719277,'62e7dc3bdf2a43e39976abb39cf853e1',0,0);
INSERT INTO "metrics" VALUES('best_epoch',1.0,1795714719277,'62e7dc3bdf2a43e39976abb39cf853e1',0,0);
INSERT INTO "metrics" VALUES('seconds',8.20661979999954382947e-01,1795714719277,'62e7dc3bdf2a43e39976abb39cf853e1',0,0);
INSERT INTO "metrics" VALUES('n_parameters',35.0,1795714719277,'62e7dc3bdf2a43e39976abb39cf853e1',0,0);
INSERT INTO "metrics" VALUES('n_trials_complete',6.0,1795714736488,'958d3c6ba3364f8580df5e75569155aa',8,0);
INSERT INTO "metrics" VALUES('n_trials_pruned',2.0,1795714736488,'958d3c6ba3364f8580df5e75569155aa',8,0);
INSERT INTO "metrics" VALUES('test_accuracy',9.33333333333333348136e-01,1795714736488,'958d3c6ba3364f8580df5e75569155aa',8,0);
INSERT INTO "metrics" VALUES('test_loss',3.32674205303192138671e-01,1795714736488,'958d3c6ba3364f8580df5e75569155aa',8,0);
INSERT INTO "metrics" VALUES('best_value',9.66666638851165771484e-01,1795714736488,'958d3c6ba3364f8580df5e75569155aa',8,0);
INSERT INTO "metrics" VALUES('learning_rate',4.40340494900777132403e-03,1795714748559,'b670836cf19d48a09a274521c9e3b28d',1,0);
INSERT INTO "metrics" VALUES('loss',1.00817334651947021484e+00,1795714748559,'b670836cf19d48a09a274521c9e3b28d',1,0);
INSERT INTO "metrics" VALUES('accuracy',5.77777802944183349609e-01,1795714748559,'b670836cf19d48a09a274521c9e3b28d',1,0);
INSERT INTO "metrics" VALUES('val_loss',1.002422332763671875e+00,1795714748559,'b670836cf19d48a09a274521c9e3b28d',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714748559,'b670836cf19d48a09a274521c9e3b28d',1,0);
INSERT INTO "metrics" VALUES('learning_rate',4.40340494900777132403e-03,1795714748562,'b670836cf19d48a09a274521c9e3b28d',2,0);
INSERT INTO "metrics" VALUES('loss',1.00489854812622070312e+00,1795714748562,'b670836cf19d48a09a274521c9e3b28d',2,0);
INSERT INTO "metrics" VALUES('accuracy',5.77777802944183349609e-01,1795714748562,'b670836cf19d48a09a274521c9e3b28d',2,0);
INSERT INTO "metrics" VALUES('val_loss',0.99920654296875,1795714748562,'b670836cf19d48a09a274521c9e3b28d',2,0);
INSERT INTO "metrics" VALUES('val_accuracy',6.33333325386047363281e-01,1795714748562,'b670836cf19d48a09a274521c9e3b28d',2,0);
INSERT INTO "metrics" VALUES('value',0.99920654296875,1795714748584,'b670836cf19d48a09a274521c9e3b28d',0,0);
INSERT INTO "metrics" VALUES('best_epoch',2.0,1795714748584,'b670836cf19d48a09a274521c9e3b28d',0,0);
INSERT INTO "metrics" VALUES('seconds',6.10870832999978574662e-01,1795714748584,'b670836cf19d48a09a274521c9e3b28d',0,0);
INSERT INTO "metrics" VALUES('n_parameters',51.0,1795714748584,'b670836cf19d48a09a274521c9e3b28d',0,0);
INSERT INTO "metrics" VALUES('learning_rate',6.22969632299846896167e-03,1795714748895,'891918428bea444f8772b5e14c40ff7a',1,0);
INSERT INTO "metrics" VALUES('loss',1.0290317535400390625e+00,1795714748895,'891918428bea444f8772b5e14c40ff7a',1,0);
INSERT INTO "metrics" VALUES('accuracy',3.00000011920928955078e-01,1795714748895,'891918428bea444f8772b5e14c40ff7a',1,0);
INSERT INTO "metrics" VALUES('val_loss',9.58356022834777832031e-01,1795714748895,'891918428bea444f8772b5e14c40ff7a',1,0);
INSERT INTO "metrics" VALUES('val_accuracy',4.66666668653488159179e-01,1795714748895,'891918428bea444f8772b5e14c40ff7a',1,0);
INSERT INTO "metrics" VALUES('n_trials_complete',1.0,1795714749176,'e65e3220ed444a03bffa7e2148b7b50c',4,0);
INSERT INTO "metrics" VALUES('n_trials_interrupted',3.0,1795714749176,'e65e3220ed444a03bffa7e2148b7b50c',4,0);
INSERT INTO "metrics" VALUES('best_value',0.99920654296875,1795714749176,'e65e3220ed444a03bffa7e2148b7b50c',4,0);
CREATE TABLE "model_definitions" (
	model_definition_id VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	secret_id VARCHAR(36), 
	provider VARCHAR(64) NOT NULL, 
	model_name VARCHAR(256) NOT NULL, 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_definitions_pk PRIMARY KEY (model_definition_id), 
	CONSTRAINT fk_model_definitions_secret_id FOREIGN KEY(secret_id) REFERENCES secrets (secret_id) ON DELETE SET NULL, 
	CONSTRAINT uq_model_definitions_workspace_name UNIQUE (workspace, name)
);
CREATE TABLE "model_version_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY (workspace, "key", name, version), 
	CONSTRAINT fk_model_version_tags_model_versions FOREIGN KEY(workspace, name, version) REFERENCES model_versions (workspace, name, version) ON UPDATE CASCADE
);
INSERT INTO "model_version_tags" VALUES('perceptune.study','old_study','old_study',1,'default');
INSERT INTO "model_version_tags" VALUES('perceptune.parent_run_id','958d3c6ba3364f8580df5e75569155aa','old_study',1,'default');
INSERT INTO "model_version_tags" VALUES('perceptune.trial','1','old_study',1,'default');
INSERT INTO "model_version_tags" VALUES('perceptune.metric','val_accuracy','old_study',1,'default');
INSERT INTO "model_version_tags" VALUES('perceptune.value','0.9666666388511658','old_study',1,'default');
CREATE TABLE "model_versions" (
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	user_id VARCHAR(256), 
	current_stage VARCHAR(20), 
	source VARCHAR(500), 
	run_id VARCHAR(32), 
	status VARCHAR(20), 
	status_message VARCHAR(500), 
	run_link VARCHAR(500), 
	storage_location VARCHAR(500), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_pk PRIMARY KEY (workspace, name, version), 
	CONSTRAINT fk_model_versions_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
INSERT INTO "model_versions" VALUES('old_study',1,1795714733837,1795714733837,NULL,NULL,'None','file://{mlruns}/artifacts/old_study/models/m-0a3165911b3242c0900ffec4dc47d34f/artifacts','958d3c6ba3364f8580df5e75569155aa','READY',NULL,NULL,'file://{mlruns}/artifacts/old_study/models/m-0a3165911b3242c0900ffec4dc47d34f/artifacts','default');
CREATE TABLE online_scoring_configs (
	online_scoring_config_id VARCHAR(36) NOT NULL, 
	scorer_id VARCHAR(36) NOT NULL, 
	sample_rate FLOAT NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	filter_string TEXT, 
	CONSTRAINT online_scoring_config_pk PRIMARY KEY (online_scoring_config_id), 
	CONSTRAINT fk_online_scoring_configs_scorer_id FOREIGN KEY(scorer_id) REFERENCES scorers (scorer_id) ON DELETE CASCADE, 
	CONSTRAINT fk_online_scoring_configs_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)
);
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "params" VALUES('model','models.mlp:build_mlp','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('data.loader','experiments.datasets:iris','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('preprocessing.numeric','standard','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('preprocessing.categorical','onehot','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('preprocessing.missing','median','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('objective.metric','val_accuracy','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('objective.direction','maximize','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.model.n_hidden','int 0 to 2','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.model.n_neurons','int 4 to 16 log','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.model.activation','one of relu, tanh','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.epochs','5','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.batch_size','one of 16, 32','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.optimizer','adam','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.learning_rate','float 0.001 to 1.0 log','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.momentum','0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.nesterov','False','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.weight_decay','0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.clipnorm','0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.loss','auto','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.label_smoothing','0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.schedule','constant','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.decay_rate','0.5','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.decay_epochs','10','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.patience','0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.min_delta','0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.restore_best_weights','True','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('space.training.precision','float32','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('pruner','median','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('sampler','tpe','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('seed','1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('n_features','4','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "params" VALUES('n_hidden','0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('n_neurons','8','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('activation','tanh','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('epochs','5','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('batch_size','32','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('optimizer','adam','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('learning_rate','0.008507575364380527','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('momentum','0.0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('nesterov','False','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('weight_decay','0.0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('clipnorm','0.0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('loss','auto','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('label_smoothing','0.0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('schedule','constant','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('decay_rate','0.5','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('decay_epochs','10','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('patience','0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('min_delta','0.0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('restore_best_weights','True','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('precision','float32','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "params" VALUES('n_hidden','1','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('n_neurons','9','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('activation','relu','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('epochs','5','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('batch_size','16','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('optimizer','adam','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('learning_rate','0.9533063475097157','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('momentum','0.0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('nesterov','False','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('weight_decay','0.0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('clipnorm','0.0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('loss','auto','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('label_smoothing','0.0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('schedule','constant','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('decay_rate','0.5','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('decay_epochs','10','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('patience','0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('min_delta','0.0','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('restore_best_weights','True','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('precision','float32','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "params" VALUES('n_hidden','1','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('n_neurons','10','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('activation','relu','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('epochs','5','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('batch_size','32','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('optimizer','adam','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('learning_rate','0.0011989346558671597','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('momentum','0.0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('nesterov','False','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('weight_decay','0.0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('clipnorm','0.0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('loss','auto','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('label_smoothing','0.0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('schedule','constant','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('decay_rate','0.5','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('decay_epochs','10','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('patience','0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('min_delta','0.0','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('restore_best_weights','True','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('precision','float32','b32e804934844dadb329ddb035033e7f');
INSERT INTO "params" VALUES('n_hidden','2','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('n_neurons','11','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('activation','tanh','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('epochs','5','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('batch_size','16','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('optimizer','adam','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('learning_rate','0.04625517509426222','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('momentum','0.0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('nesterov','False','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('weight_decay','0.0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('clipnorm','0.0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('loss','auto','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('label_smoothing','0.0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('schedule','constant','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('decay_rate','0.5','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('decay_epochs','10','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('patience','0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('min_delta','0.0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('restore_best_weights','True','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('precision','float32','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "params" VALUES('n_hidden','1','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('n_neurons','8','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('activation','relu','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('epochs','5','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('batch_size','16','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('optimizer','adam','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('learning_rate','0.6369446999362204','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('momentum','0.0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('nesterov','False','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('weight_decay','0.0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('clipnorm','0.0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('loss','auto','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('label_smoothing','0.0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('schedule','constant','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('decay_rate','0.5','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('decay_epochs','10','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('patience','0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('min_delta','0.0','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('restore_best_weights','True','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('precision','float32','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "params" VALUES('n_hidden','1','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('n_neurons','4','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('activation','relu','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('epochs','5','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('batch_size','16','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('optimizer','adam','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('learning_rate','0.004671907394115136','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('momentum','0.0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('nesterov','False','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('weight_decay','0.0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('clipnorm','0.0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('loss','auto','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('label_smoothing','0.0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('schedule','constant','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('decay_rate','0.5','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('decay_epochs','10','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('patience','0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('min_delta','0.0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('restore_best_weights','True','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('precision','float32','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "params" VALUES('n_hidden','0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('n_neurons','15','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('activation','relu','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('epochs','5','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('batch_size','16','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('optimizer','adam','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('learning_rate','0.5330939903549293','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('momentum','0.0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('nesterov','False','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('weight_decay','0.0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('clipnorm','0.0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('loss','auto','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('label_smoothing','0.0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('schedule','constant','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('decay_rate','0.5','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('decay_epochs','10','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('patience','0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('min_delta','0.0','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('restore_best_weights','True','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('precision','float32','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "params" VALUES('n_hidden','1','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('n_neurons','4','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('activation','tanh','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('epochs','5','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('batch_size','16','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('optimizer','adam','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('learning_rate','0.44160437753153037','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('momentum','0.0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('nesterov','False','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('weight_decay','0.0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('clipnorm','0.0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('loss','auto','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('label_smoothing','0.0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('schedule','constant','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('decay_rate','0.5','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('decay_epochs','10','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('patience','0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('min_delta','0.0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('restore_best_weights','True','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('precision','float32','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "params" VALUES('model','models.mlp:build_mlp','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('data.loader','experiments.datasets:iris','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('preprocessing.numeric','standard','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('preprocessing.categorical','onehot','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('preprocessing.missing','median','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('objective.metric','val_loss','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('objective.direction','minimize','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.model.n_neurons','int 4 to 16 log','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.epochs','one of 2, 4000','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.batch_size','32','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.optimizer','sgd','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.learning_rate','float 0.001 to 0.1 log','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.momentum','0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.nesterov','False','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.weight_decay','0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.clipnorm','0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.loss','auto','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.label_smoothing','0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.schedule','constant','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.decay_rate','0.5','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.decay_epochs','10','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.patience','0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.min_delta','0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.restore_best_weights','True','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('space.training.precision','float32','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('pruner','none','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('sampler','random','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('seed','1','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('n_features','4','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "params" VALUES('n_neurons','6','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('epochs','2','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('batch_size','32','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('optimizer','sgd','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('learning_rate','0.004403404949007771','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('momentum','0.0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('nesterov','False','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('weight_decay','0.0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('clipnorm','0.0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('loss','auto','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('label_smoothing','0.0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('schedule','constant','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('decay_rate','0.5','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('decay_epochs','10','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('patience','0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('min_delta','0.0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('restore_best_weights','True','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('precision','float32','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "params" VALUES('n_neurons','9','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('epochs','4000','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('batch_size','32','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('optimizer','sgd','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('learning_rate','0.006229696322998469','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('momentum','0.0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('nesterov','False','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('weight_decay','0.0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('clipnorm','0.0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('loss','auto','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('label_smoothing','0.0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('schedule','constant','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('decay_rate','0.5','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('decay_epochs','10','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('patience','0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('min_delta','0.0','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('restore_best_weights','True','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('precision','float32','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "params" VALUES('n_neurons','9','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('epochs','4000','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('batch_size','32','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('optimizer','sgd','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('learning_rate','0.008068600896117942','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('momentum','0.0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('nesterov','False','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('weight_decay','0.0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('clipnorm','0.0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('loss','auto','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('label_smoothing','0.0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('schedule','constant','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('decay_rate','0.5','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('decay_epochs','10','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('patience','0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('min_delta','0.0','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('restore_best_weights','True','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('precision','float32','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "params" VALUES('n_neurons','14','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('epochs','2','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('batch_size','32','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('optimizer','sgd','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('learning_rate','0.0018481206457108133','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('momentum','0.0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('nesterov','False','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('weight_decay','0.0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('clipnorm','0.0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('loss','auto','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('label_smoothing','0.0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('schedule','constant','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('decay_rate','0.5','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('decay_epochs','10','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('patience','0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('min_delta','0.0','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('restore_best_weights','True','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "params" VALUES('precision','float32','fd9f1860e7494a0399181f2550a3fa00');
CREATE TABLE "registered_model_aliases" (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (workspace, name, alias), 
	CONSTRAINT fk_registered_model_aliases_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "registered_model_aliases" VALUES('champion',1,'old_study','default');
CREATE TABLE "registered_model_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY (workspace, "key", name), 
	CONSTRAINT fk_registered_model_tags_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
CREATE TABLE "registered_models" (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_pk PRIMARY KEY (workspace, name)
);
INSERT INTO "registered_models" VALUES('old_study',1795714733826,1795714733837,'Champions of the study "old_study".','default');
CREATE TABLE review_queue_items (
	queue_id VARCHAR(36) NOT NULL, 
	item_type VARCHAR(16) NOT NULL, 
	item_id VARCHAR(50) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	completed_by VARCHAR(250), 
	completed_time_ms BIGINT, 
	creation_time_ms BIGINT NOT NULL, 
	last_update_time_ms BIGINT NOT NULL, 
	CONSTRAINT review_queue_items_pk PRIMARY KEY (queue_id, item_id), 
	CONSTRAINT fk_review_queue_items_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE review_queue_label_schemas (
	queue_id VARCHAR(36) NOT NULL, 
	schema_id VARCHAR(36) NOT NULL, 
	CONSTRAINT review_queue_label_schemas_pk PRIMARY KEY (queue_id, schema_id), 
	CONSTRAINT fk_review_queue_label_schemas_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE review_queue_users (
	queue_id VARCHAR(36) NOT NULL, 
	user_id VARCHAR(250) NOT NULL, 
	CONSTRAINT review_queue_users_pk PRIMARY KEY (queue_id, user_id), 
	CONSTRAINT fk_review_queue_users_queue_id FOREIGN KEY(queue_id) REFERENCES review_queues (queue_id) ON DELETE CASCADE
);
CREATE TABLE review_queues (
	queue_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	queue_type VARCHAR(16) NOT NULL, 
	created_by VARCHAR(255), 
	creation_time_ms BIGINT NOT NULL, 
	last_update_time_ms BIGINT NOT NULL, 
	name_key VARCHAR(250) NOT NULL, 
	CONSTRAINT review_queues_pk PRIMARY KEY (queue_id), 
	CONSTRAINT fk_review_queues_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE, 
	CONSTRAINT uq_review_queues_experiment_name_key UNIQUE (experiment_id, name_key)
);
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO "runs" VALUES('958d3c6ba3364f8580df5e75569155aa','old_study','UNKNOWN','','','user','FINISHED',1795714714878,1795714736520,'','active','file://{mlruns}/artifacts/old_study/958d3c6ba3364f8580df5e75569155aa/artifacts',1,NULL);
INSERT INTO "runs" VALUES('df6d7f50cbe6470bb46a7b2839a267d1','trial 0','UNKNOWN','','','user','FINISHED',1795714714965,1795714716105,'','active','file://{mlruns}/artifacts/old_study/df6d7f50cbe6470bb46a7b2839a267d1/artifacts',1,NULL);
INSERT INTO "runs" VALUES('4c09910a3aea4f5693561d22f14c1c56','trial 1','UNKNOWN','','','user','FINISHED',1795714714975,1795714715902,'','active','file://{mlruns}/artifacts/old_study/4c09910a3aea4f5693561d22f14c1c56/artifacts',1,NULL);
INSERT INTO "runs" VALUES('b32e804934844dadb329ddb035033e7f','trial 2','UNKNOWN','','','user','FINISHED',1795714715924,1795714716712,'','active','file://{mlruns}/artifacts/old_study/b32e804934844dadb329ddb035033e7f/artifacts',1,NULL);
INSERT INTO "runs" VALUES('ed4f9734c5054d51b0a4a7ca78854813','trial 3','UNKNOWN','','','user','FINISHED',1795714716118,1795714717488,'','active','file://{mlruns}/artifacts/old_study/ed4f9734c5054d51b0a4a7ca78854813/artifacts',1,NULL);
INSERT INTO "runs" VALUES('9e3aecdb6d884763bbe6baf034231f9e','trial 4','UNKNOWN','','','user','FINISHED',1795714716733,1795714717985,'','active','file://{mlruns}/artifacts/old_study/9e3aecdb6d884763bbe6baf034231f9e/artifacts',1,NULL);
INSERT INTO "runs" VALUES('562aae4c6bda4db0bdfe20451b9e901d','trial 5','UNKNOWN','','','user','FINISHED',1795714717515,1795714718435,'','active','file://{mlruns}/artifacts/old_study/562aae4c6bda4db0bdfe20451b9e901d/artifacts',1,NULL);
INSERT INTO "runs" VALUES('f7b17c04d48e46c3ab8c69dd4c231e7f','trial 6','UNKNOWN','','','user','FINISHED',1795714718004,1795714718861,'','active','file://{mlruns}/artifacts/old_study/f7b17c04d48e46c3ab8c69dd4c231e7f/artifacts',1,NULL);
INSERT INTO "runs" VALUES('62e7dc3bdf2a43e39976abb39cf853e1','trial 7','UNKNOWN','','','user','FINISHED',1795714718453,1795714719277,'','active','file://{mlruns}/artifacts/old_study/62e7dc3bdf2a43e39976abb39cf853e1/artifacts',1,NULL);
INSERT INTO "runs" VALUES('e65e3220ed444a03bffa7e2148b7b50c','old_interrupted','UNKNOWN','','','user','KILLED',1795714747903,1795714749182,'','active','file://{mlruns}/artifacts/old_interrupted/e65e3220ed444a03bffa7e2148b7b50c/artifacts',2,NULL);
INSERT INTO "runs" VALUES('b670836cf19d48a09a274521c9e3b28d','trial 0','UNKNOWN','','','user','FINISHED',1795714747971,1795714748584,'','active','file://{mlruns}/artifacts/old_interrupted/b670836cf19d48a09a274521c9e3b28d/artifacts',2,NULL);
INSERT INTO "runs" VALUES('891918428bea444f8772b5e14c40ff7a','trial 1','UNKNOWN','','','user','KILLED',1795714747991,1795714749173,'','active','file://{mlruns}/artifacts/old_interrupted/891918428bea444f8772b5e14c40ff7a/artifacts',2,NULL);
INSERT INTO "runs" VALUES('3d2c17e27058443b9cb98395b919cb38','trial 2','UNKNOWN','','','user','KILLED',1795714748594,1795714749166,'','active','file://{mlruns}/artifacts/old_interrupted/3d2c17e27058443b9cb98395b919cb38/artifacts',2,NULL);
INSERT INTO "runs" VALUES('fd9f1860e7494a0399181f2550a3fa00','trial 3','UNKNOWN','','','user','KILLED',1795714748601,1795714749159,'','active','file://{mlruns}/artifacts/old_interrupted/fd9f1860e7494a0399181f2550a3fa00/artifacts',2,NULL);
CREATE TABLE scheduler_leases (
	lease_key VARCHAR(255) NOT NULL, 
	acquired_at BIGINT NOT NULL, 
	ttl_seconds INTEGER NOT NULL, 
	CONSTRAINT scheduler_leases_pk PRIMARY KEY (lease_key)
);
CREATE TABLE scorer_versions (
	scorer_id VARCHAR(36) NOT NULL, 
	scorer_version INTEGER NOT NULL, 
	serialized_scorer TEXT NOT NULL, 
	creation_time BIGINT, 
	CONSTRAINT scorer_version_pk PRIMARY KEY (scorer_id, scorer_version), 
	CONSTRAINT fk_scorer_versions_scorer_id FOREIGN KEY(scorer_id) REFERENCES scorers (scorer_id) ON DELETE CASCADE
);
CREATE TABLE scorers (
	experiment_id INTEGER NOT NULL, 
	scorer_name VARCHAR(256) NOT NULL, 
	scorer_id VARCHAR(36) NOT NULL, 
	CONSTRAINT scorer_pk PRIMARY KEY (scorer_id), 
	CONSTRAINT fk_scorers_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
CREATE TABLE "secrets" (
	secret_id VARCHAR(36) NOT NULL, 
	secret_name VARCHAR(255) NOT NULL, 
	encrypted_value BLOB NOT NULL, 
	wrapped_dek BLOB NOT NULL, 
	kek_version INTEGER NOT NULL, 
	masked_value VARCHAR(500) NOT NULL, 
	provider VARCHAR(64), 
	auth_config TEXT, 
	description TEXT, 
	created_by VARCHAR(255), 
	created_at BIGINT NOT NULL, 
	last_updated_by VARCHAR(255), 
	last_updated_at BIGINT NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT secrets_pk PRIMARY KEY (secret_id), 
	CONSTRAINT uq_secrets_workspace_secret_name UNIQUE (workspace, secret_name)
);
CREATE TABLE span_metrics (
	trace_id VARCHAR(50) NOT NULL, 
	span_id VARCHAR(50) NOT NULL, 
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT, 
	CONSTRAINT span_metrics_pk PRIMARY KEY (trace_id, span_id, "key"), 
	CONSTRAINT fk_span_metrics_span FOREIGN KEY(trace_id, span_id) REFERENCES spans (trace_id, span_id) ON DELETE CASCADE
);
CREATE TABLE "spans" (
	trace_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	span_id VARCHAR(50) NOT NULL, 
	parent_span_id VARCHAR(50), 
	name TEXT, 
	type VARCHAR(500), 
	status VARCHAR(50) NOT NULL, 
	start_time_unix_nano BIGINT NOT NULL, 
	end_time_unix_nano BIGINT, 
	duration_ns BIGINT GENERATED ALWAYS AS (end_time_unix_nano - start_time_unix_nano) STORED, 
	content TEXT NOT NULL, 
	input_cost FLOAT, 
	output_cost FLOAT, 
	total_cost FLOAT, 
	model_name VARCHAR(500), 
	model_provider VARCHAR(500), 
	CONSTRAINT spans_pk PRIMARY KEY (trace_id, span_id), 
	CONSTRAINT fk_spans_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_spans_trace_id FOREIGN KEY(trace_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE sql_assessment_daily_rollups (
	id INTEGER NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	rollup_day DATE NOT NULL, 
	metric_name VARCHAR(250) NOT NULL, 
	grouping_set VARCHAR(50) NOT NULL, 
	sample_count BIGINT NOT NULL, 
	sum_value FLOAT, 
	min_value FLOAT, 
	max_value FLOAT, 
	CONSTRAINT sql_assessment_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_span_cost_daily_rollups (
	id INTEGER NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	rollup_day DATE NOT NULL, 
	metric_name VARCHAR(250) NOT NULL, 
	grouping_set VARCHAR(50) NOT NULL, 
	model_name VARCHAR(500), 
	model_provider VARCHAR(500), 
	sample_count BIGINT NOT NULL, 
	sum_value FLOAT, 
	min_value FLOAT, 
	max_value FLOAT, 
	CONSTRAINT sql_span_cost_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_trace_metric_daily_rollups (
	id INTEGER NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	rollup_day DATE NOT NULL, 
	metric_name VARCHAR(250) NOT NULL, 
	grouping_set VARCHAR(50) NOT NULL, 
	trace_status VARCHAR(50), 
	sample_count BIGINT NOT NULL, 
	sum_value FLOAT, 
	min_value FLOAT, 
	max_value FLOAT, 
	p50_value FLOAT, 
	p90_value FLOAT, 
	p99_value FLOAT, 
	CONSTRAINT sql_trace_metric_daily_rollups_pk PRIMARY KEY (id)
);
CREATE TABLE sql_trace_rollup_rebuild_queue (
	experiment_id INTEGER NOT NULL, 
	rollup_day DATE NOT NULL, 
	rollup_family VARCHAR(50) NOT NULL, 
	CONSTRAINT sql_trace_rollup_rebuild_queue_pk PRIMARY KEY (experiment_id, rollup_day, rollup_family)
);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
INSERT INTO "tags" VALUES('mlflow.user','user','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.study','old_study','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.n_trials','8','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.n_workers','2','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.executor','workers','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.fingerprint','e6d638838bb0431b','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.data_fingerprint','e8b4f399a5dc1bb4','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.backend','tensorflow','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.python','3.11.7','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.platform','Linux-x86_64-with-glibc2.36','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.device','AMD EPYC, 2 cores','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.tensorflow','2.21.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.keras','3.15.1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.jax','0.10.2','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.keras-tuner','1.4.8','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.optuna','5.0.0','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.mlflow','3.17.2','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.scikit-learn','1.9.1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.pandas','3.1.1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.version.numpy','2.4.6','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','8e8037c1fd580daf72db181710dadf055cb478ca','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.source.git.dirty','false','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.runName','old_study','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.user','user','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.study','old_study','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.trial','0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.seed','1835504127','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.runName','trial 0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('mlflow.user','user','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.study','old_study','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.trial','1','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.seed','1189033389','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('mlflow.runName','trial 1','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.device','cpu','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.worker','worker-1','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','4c09910a3aea4f5693561d22f14c1c56');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('mlflow.user','user','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.study','old_study','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.trial','2','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.seed','1596810411','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('mlflow.runName','trial 2','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.device','cpu','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.worker','worker-0','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','df6d7f50cbe6470bb46a7b2839a267d1');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('mlflow.user','user','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.study','old_study','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.trial','3','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.seed','4010755824','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('mlflow.runName','trial 3','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.device','cpu','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.worker','worker-1','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','b32e804934844dadb329ddb035033e7f');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('mlflow.user','user','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.study','old_study','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.trial','4','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.seed','3549136632','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('mlflow.runName','trial 4','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.device','cpu','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.worker','worker-0','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','ed4f9734c5054d51b0a4a7ca78854813');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('mlflow.user','user','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.study','old_study','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.trial','5','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.state','PRUNED','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.seed','3025039489','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('mlflow.runName','trial 5','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.device','cpu','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.worker','worker-1','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','9e3aecdb6d884763bbe6baf034231f9e');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('mlflow.user','user','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.study','old_study','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.trial','6','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.state','PRUNED','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.seed','1563021450','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('mlflow.runName','trial 6','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.device','cpu','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.worker','worker-0','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','562aae4c6bda4db0bdfe20451b9e901d');
INSERT INTO "tags" VALUES('mlflow.parentRunId','958d3c6ba3364f8580df5e75569155aa','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('mlflow.user','user','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.study','old_study','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.trial','7','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.seed','4245214700','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.searched','n_hidden, n_neurons, activation, batch_size, learning_rate','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('mlflow.runName','trial 7','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.device','cpu','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.worker','worker-1','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','f7b17c04d48e46c3ab8c69dd4c231e7f');
INSERT INTO "tags" VALUES('perceptune.device','cpu','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.worker','worker-0','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','62e7dc3bdf2a43e39976abb39cf853e1');
INSERT INTO "tags" VALUES('perceptune.best_trial','1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.best.n_hidden','1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.best.n_neurons','9','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.best.activation','relu','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.best.batch_size','16','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.best.learning_rate','0.9533063475097157','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('perceptune.model_uri','models:/old_study/1','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.note.content','Search of `old_study` on iris: 6 complete, 2 pruned trials.

Best: trial 1 with val_accuracy = 0.966667 (maximize).

On the test part: accuracy = 0.933333, loss = 0.332674.

Model: `models:/old_study/1`.

| hyperparameter | best |
|---|---|
| n_hidden | 1 |
| n_neurons | 9 |
| activation | relu |
| batch_size | 16 |
| learning_rate | 0.9533063475097157 |','958d3c6ba3364f8580df5e75569155aa');
INSERT INTO "tags" VALUES('mlflow.user','user','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.study','old_interrupted','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.state','INTERRUPTED','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.n_trials','4','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.n_workers','2','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.executor','workers','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.fingerprint','1dfacdb1afcea93a','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.data_fingerprint','e8b4f399a5dc1bb4','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.backend','tensorflow','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.python','3.11.7','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.platform','Linux-x86_64-with-glibc2.36','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.device','AMD EPYC, 2 cores','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.tensorflow','2.21.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.keras','3.15.1','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.jax','0.10.2','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.keras-tuner','1.4.8','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.optuna','5.0.0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.mlflow','3.17.2','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.scikit-learn','1.9.1','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.pandas','3.1.1','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.version.numpy','2.4.6','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.source.git.commit','8e8037c1fd580daf72db181710dadf055cb478ca','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.source.git.dirty','false','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.runName','old_interrupted','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.parentRunId','e65e3220ed444a03bffa7e2148b7b50c','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.user','user','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.study','old_interrupted','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.trial','0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.state','COMPLETE','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.seed','1835504127','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.searched','n_neurons, epochs, learning_rate','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.runName','trial 0','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.parentRunId','e65e3220ed444a03bffa7e2148b7b50c','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('mlflow.user','user','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.study','old_interrupted','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.trial','1','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.state','INTERRUPTED','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.seed','1189033389','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.searched','n_neurons, epochs, learning_rate','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('mlflow.runName','trial 1','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.device','cpu','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.worker','worker-1','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('perceptune.trainer','compiled','b670836cf19d48a09a274521c9e3b28d');
INSERT INTO "tags" VALUES('mlflow.parentRunId','e65e3220ed444a03bffa7e2148b7b50c','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('mlflow.user','user','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.study','old_interrupted','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.trial','2','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.state','INTERRUPTED','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.seed','1596810411','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.searched','n_neurons, epochs, learning_rate','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('mlflow.runName','trial 2','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('mlflow.parentRunId','e65e3220ed444a03bffa7e2148b7b50c','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('mlflow.user','user','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('mlflow.source.name','perceptune','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('mlflow.source.type','LOCAL','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.study','old_interrupted','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.trial','3','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.state','INTERRUPTED','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.seed','4010755824','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.searched','n_neurons, epochs, learning_rate','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('mlflow.runName','trial 3','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.reason','interrupted','fd9f1860e7494a0399181f2550a3fa00');
INSERT INTO "tags" VALUES('perceptune.reason','interrupted','3d2c17e27058443b9cb98395b919cb38');
INSERT INTO "tags" VALUES('perceptune.reason','interrupted','891918428bea444f8772b5e14c40ff7a');
INSERT INTO "tags" VALUES('perceptune.best_trial','0','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.best.n_neurons','6','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.best.epochs','2','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('perceptune.best.learning_rate','0.004403404949007771','e65e3220ed444a03bffa7e2148b7b50c');
INSERT INTO "tags" VALUES('mlflow.note.content','Search of `old_interrupted` on iris: 1 complete, 3 interrupted trials.

Best: trial 0 with val_loss = 0.999207 (minimize).

| hyperparameter | best |
|---|---|
| n_neurons | 6 |
| epochs | 2 |
| learning_rate | 0.004403404949007771 |','e65e3220ed444a03bffa7e2148b7b50c');
CREATE TABLE "trace_info" (
	request_id VARCHAR(50) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	execution_time_ms BIGINT, 
	status VARCHAR(50) NOT NULL, 
	client_request_id VARCHAR(50), 
	request_preview VARCHAR(1000), 
	response_preview VARCHAR(1000), 
	db_payload_generation INTEGER DEFAULT '0' NOT NULL, trace_name VARCHAR(4096), session_id VARCHAR(250), input_tokens BIGINT, output_tokens BIGINT, total_tokens BIGINT, cache_read_input_tokens BIGINT, cache_creation_input_tokens BIGINT, cache_creation_input_tokens_above_1hr BIGINT, input_cost FLOAT, output_cost FLOAT, total_cost FLOAT, 
	CONSTRAINT trace_info_pk PRIMARY KEY (request_id), 
	CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
CREATE TABLE trace_metrics (
	request_id VARCHAR(50) NOT NULL, 
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT, 
	CONSTRAINT trace_metrics_pk PRIMARY KEY (request_id, "key"), 
	CONSTRAINT fk_trace_metrics_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE "trace_request_metadata" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_request_metadata_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_request_metadata_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE "trace_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	request_id VARCHAR(50) NOT NULL, 
	CONSTRAINT trace_tag_pk PRIMARY KEY ("key", request_id), 
	CONSTRAINT fk_trace_tags_request_id FOREIGN KEY(request_id) REFERENCES trace_info (request_id) ON DELETE CASCADE
);
CREATE TABLE webhook_events (
	webhook_id VARCHAR(256) NOT NULL, 
	entity VARCHAR(50) NOT NULL, 
	action VARCHAR(50) NOT NULL, 
	CONSTRAINT webhook_event_pk PRIMARY KEY (webhook_id, entity, action), 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (webhook_id) ON DELETE cascade
);
CREATE TABLE "webhooks" (
	webhook_id VARCHAR(256) NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	description VARCHAR(1000), 
	url VARCHAR(500) NOT NULL, 
	status VARCHAR(20) DEFAULT 'ACTIVE' NOT NULL, 
	secret VARCHAR(1000), 
	creation_timestamp BIGINT, 
	last_updated_timestamp BIGINT, 
	deleted_timestamp BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT webhook_pk PRIMARY KEY (webhook_id)
);
CREATE TABLE workspaces (
	name VARCHAR(63) NOT NULL, 
	description TEXT, 
	default_artifact_root TEXT, trace_archival_location TEXT, trace_archival_retention VARCHAR(32), 
	CONSTRAINT workspaces_pk PRIMARY KEY (name)
);
INSERT INTO "workspaces" VALUES('default','Default workspace for legacy resources',NULL,NULL,NULL);
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs (destination_type, destination_id, source_type);
CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
CREATE INDEX index_params_run_uuid ON params (run_uuid);
CREATE INDEX index_trace_tags_request_id ON trace_tags (request_id);
CREATE INDEX index_trace_request_metadata_request_id ON trace_request_metadata (request_id);
CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets (experiment_id, dataset_source_type);
CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
CREATE INDEX index_logged_model_metrics_model_id ON logged_model_metrics (model_id);
CREATE INDEX index_entity_associations_association_id ON entity_associations (association_id);
CREATE INDEX index_entity_associations_reverse_lookup ON entity_associations (destination_type, destination_id, source_type, source_id);
CREATE INDEX idx_webhook_events_entity ON webhook_events (entity);
CREATE INDEX idx_webhook_events_action ON webhook_events (action);
CREATE INDEX idx_webhook_events_entity_action ON webhook_events (entity, action);
CREATE UNIQUE INDEX index_scorers_experiment_id_scorer_name ON scorers (experiment_id, scorer_name);
CREATE INDEX index_scorer_versions_scorer_id ON scorer_versions (scorer_id);
CREATE INDEX index_evaluation_dataset_tags_dataset_id ON evaluation_dataset_tags (dataset_id);
CREATE INDEX index_evaluation_dataset_records_dataset_id ON evaluation_dataset_records (dataset_id);
CREATE INDEX index_endpoint_model_mappings_endpoint_id ON endpoint_model_mappings (endpoint_id);
CREATE INDEX index_endpoint_model_mappings_model_definition_id ON endpoint_model_mappings (model_definition_id);
CREATE INDEX index_endpoint_tags_endpoint_id ON endpoint_tags (endpoint_id);
CREATE INDEX index_trace_metrics_request_id ON trace_metrics (request_id);
CREATE UNIQUE INDEX unique_endpoint_model_linkage_mapping ON endpoint_model_mappings (endpoint_id, model_definition_id, linkage_type);
CREATE INDEX index_span_metrics_trace_id_span_id ON span_metrics (trace_id, span_id);
CREATE INDEX index_evaluation_datasets_name ON evaluation_datasets (name);
CREATE INDEX index_evaluation_datasets_created_time ON evaluation_datasets (created_time);
CREATE INDEX idx_webhooks_status ON webhooks (status);
CREATE INDEX idx_webhooks_name ON webhooks (name);
CREATE TRIGGER prevent_secrets_aad_mutation
BEFORE UPDATE ON secrets
FOR EACH ROW
WHEN OLD.secret_id != NEW.secret_id OR OLD.secret_name != NEW.secret_name
BEGIN
    SELECT RAISE(ABORT, 'secret_id and secret_name are immutable (used as AAD in encryption)');
END;
CREATE INDEX index_model_definitions_secret_id ON model_definitions (secret_id);
CREATE INDEX index_model_definitions_provider ON model_definitions (provider);
CREATE INDEX index_jobs_name_status_creation_time ON jobs (job_name, workspace, status, creation_time);
CREATE INDEX idx_experiments_workspace ON experiments (workspace);
CREATE INDEX idx_registered_models_workspace ON registered_models (workspace);
CREATE INDEX idx_experiments_workspace_creation_time ON experiments (workspace, creation_time);
CREATE INDEX idx_evaluation_datasets_workspace ON evaluation_datasets (workspace);
CREATE INDEX idx_webhooks_workspace ON webhooks (workspace);
CREATE INDEX idx_secrets_workspace ON secrets (workspace);
CREATE INDEX idx_endpoints_workspace ON endpoints (workspace);
CREATE INDEX idx_model_definitions_workspace ON model_definitions (workspace);
CREATE INDEX idx_budget_policies_workspace ON budget_policies (workspace);
CREATE INDEX index_issues_experiment_id ON issues (experiment_id);
CREATE INDEX index_issues_source_run_id ON issues (source_run_id);
CREATE INDEX index_issues_status ON issues (status);
CREATE INDEX index_metrics_run_uuid_key_step ON metrics (run_uuid, "key", step);
CREATE INDEX idx_guardrails_workspace ON guardrails (workspace);
CREATE INDEX idx_guardrails_scorer ON guardrails (scorer_id, scorer_version);
CREATE INDEX idx_guardrail_configs_endpoint_id ON guardrail_configs (endpoint_id);
CREATE INDEX idx_guardrail_configs_guardrail_id ON guardrail_configs (guardrail_id);
CREATE INDEX idx_model_version_tags_workspace_name_version ON model_version_tags (workspace, name, version);
CREATE INDEX idx_registered_model_tags_workspace_name ON registered_model_tags (workspace, name);
CREATE INDEX index_label_schemas_experiment_id ON label_schemas (experiment_id);
CREATE INDEX index_review_queues_experiment_id ON review_queues (experiment_id);
CREATE INDEX index_review_queue_users_user_id ON review_queue_users (user_id);
CREATE INDEX index_review_queue_items_queue_id_status ON review_queue_items (queue_id, status);
CREATE INDEX index_review_queue_items_item_id ON review_queue_items (item_id);
CREATE INDEX index_review_queue_label_schemas_schema_id ON review_queue_label_schemas (schema_id);
CREATE INDEX idx_mcp_server_versions_latest ON mcp_server_versions (workspace, name, status, version_major DESC, version_minor DESC, version_patch DESC);
CREATE INDEX ix_mcp_access_endpoints_server_name ON mcp_access_endpoints (workspace, server_name);
CREATE INDEX ix_mcp_access_endpoints_version ON mcp_access_endpoints (workspace, server_name, server_version);
CREATE INDEX ix_mcp_access_endpoints_alias ON mcp_access_endpoints (workspace, server_name, server_alias);
CREATE INDEX idx_budget_policies_target_value ON budget_policies (target_value);
CREATE INDEX index_trace_info_experiment_id_timestamp_ms ON trace_info (experiment_id, timestamp_ms);
CREATE INDEX index_trace_info_timestamp_ms_request_id ON trace_info (timestamp_ms, request_id);
CREATE INDEX index_assessments_assessment_type ON assessments (assessment_type);
CREATE INDEX index_assessments_run_id_created_timestamp ON assessments (run_id, created_timestamp);
CREATE INDEX index_assessments_trace_id_created_timestamp ON assessments (trace_id, created_timestamp);
CREATE INDEX index_assessments_last_updated_timestamp ON assessments (last_updated_timestamp);
CREATE INDEX index_spans_experiment_id_type_status ON spans (experiment_id, type, status);
CREATE INDEX index_spans_experiment_id_start_time ON spans (experiment_id, start_time_unix_nano);
CREATE INDEX index_spans_experiment_id_duration ON spans (experiment_id, duration_ns);
CREATE INDEX index_spans_experiment_id_status_type ON spans (experiment_id, status, type);
CREATE INDEX index_trace_info_experiment_id_session_id ON trace_info (experiment_id, session_id);
CREATE INDEX idx_trace_rollups_lookup ON sql_trace_metric_daily_rollups (experiment_id, rollup_day, metric_name, grouping_set, trace_status);
CREATE INDEX idx_span_cost_rollups_lookup ON sql_span_cost_daily_rollups (experiment_id, rollup_day, metric_name, grouping_set, model_name, model_provider);
CREATE INDEX idx_assessment_rollups_lookup ON sql_assessment_daily_rollups (experiment_id, rollup_day, metric_name, grouping_set);
CREATE INDEX idx_spans_cost_trace_time_cover ON spans (trace_id, start_time_unix_nano);
CREATE INDEX idx_spans_cost_exp_time_cover ON spans (experiment_id, start_time_unix_nano);
CREATE INDEX idx_assessments_exp_trace_ts ON assessments (experiment_id, trace_timestamp_ms);
CREATE INDEX idx_assessments_exp_trace_ts_name ON assessments (experiment_id, trace_timestamp_ms, name);
CREATE INDEX idx_assessments_exp_name_valid ON assessments (experiment_id, name, valid);
CREATE INDEX index_job_locks_job_id ON job_locks (job_id);
CREATE INDEX index_jobs_status_lease_expires_at ON jobs (status, lease_expires_at);
COMMIT;
