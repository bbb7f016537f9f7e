import DurableModel
import Engine
import Operations
import Registry

extension AdminBody {
    /// A change of a deployment in place. Deployments on AWS Lambda are none of ours, so what is for them is for another
    /// kind of deployment.
    func deploymentChange() throws(AdminRefusal) -> DeploymentChange {
        if let arn = try text("arn") { throw LambdaARN.refusal(of: arn) }
        if has("assume_role_arn") { throw .deploymentKindMismatch }
        let uri = try text("uri")
        if uri?.isEmpty == true { throw .wrongShape("`uri` is empty") }
        return DeploymentChange(
            uri: uri,
            additionalHeaders: try optionalTexts("additional_headers"),
            metadata: try optionalTexts("metadata"),
            useHTTP11: try flag("use_http_11"),
            overwrite: try flag("overwrite") ?? false,
            dryRun: try flag("dry_run") ?? false
        )
    }

    /// What is to be set on a service.
    func serviceConfiguration() throws(AdminRefusal) -> ServiceConfiguration {
        var configuration = ServiceConfiguration()
        configuration.isPublic = try flag("public")
        configuration.idempotencyRetention = try interval("idempotency_retention")
        configuration.workflowCompletionRetention = try interval("workflow_completion_retention")
        configuration.journalRetention = try interval("journal_retention")
        configuration.inactivityTimeout = try interval("inactivity_timeout")
        configuration.abortTimeout = try interval("abort_timeout")
        return configuration
    }

    /// What is to be done to which invocations.
    func batch(_ verb: AdminVerb) throws(AdminRefusal) -> AdminRequest {
        let texts = try textList("invocation_ids")
        var ids: [InvocationID] = []
        ids.reserveCapacity(texts.count)
        for (place, text) in texts.enumerated() {
            do {
                ids.append(try InvocationID(parsing: text))
            } catch {
                throw .wrongShape("invocation_ids[\(place)]: \(error.reason)")
            }
        }
        guard ids.count <= BatchOutcome.idsMax else { throw .batchTooLarge(ids.count, idsMax: BatchOutcome.idsMax) }
        var choice: DeploymentChoice?
        if let text = try text("deployment") {
            do {
                choice = try DeploymentChoice(text)
            } catch {
                throw .wrongShape("deployment: \(error.reason)")
            }
        }
        return .batch(verb.operation(deployment: choice), ids)
    }

    private func interval(_ name: String) throws(AdminRefusal) -> Interval? {
        guard let text = try text(name) else { return nil }
        do {
            return try DurationText.parse(text)
        } catch {
            throw .wrongShape("\(name): \(error)")
        }
    }
}

/// Addresses of functions on AWS Lambda, which this release does not call.
enum LambdaARN {
    private static let components = 8

    /// Why a deployment there is not registered: the address is none, or what it names is out of reach.
    static func refusal(of text: String) -> AdminRefusal {
        let count = text.split(separator: ":", omittingEmptySubsequences: false).count
        if count == components - 1 {
            return .badField(
                name: "arn",
                reason: "A qualified ARN needs a version or alias suffix. If you want to use the unpublished version, "
                    + "provide $LATEST and make sure your shell doesn't treat it as a variable"
            )
        }
        guard count == components else {
            return .badField(name: "arn", reason: "A qualified ARN must have 8 components delimited by `:`")
        }
        return .unsupported("deployments on AWS Lambda are")
    }
}
